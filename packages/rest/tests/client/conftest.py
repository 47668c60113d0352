"""The hats on a port, and Node.js with what `nox -s api` has installed."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from stack_rest import Rest
from stack_rest.client.typescript import write_client
from stack_rest.document.document import make_document

from ..document.hats import make_hats

OPTIONS = {
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "noImplicitOverride": True,
    "noImplicitReturns": True,
    "noUnusedLocals": True,
    "noUnusedParameters": True,
    "target": "es2022",
    "module": "es2022",
    "moduleResolution": "bundler",
    "lib": ["es2022", "dom", "dom.iterable", "dom.asynciterable"],
    "types": [],
    "outDir": "out",
}
Compile = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def modules() -> Path:
    """Where npm has installed what is pinned in tooling/node."""
    folder = os.environ.get("STACK_NODE_MODULES", "")
    if not folder:
        pytest.fail("'STACK_NODE_MODULES' is not set. Run nox -s api, which sets it.")
    return Path(folder)


@pytest.fixture
def compile(modules: Path, tmp_path: Path) -> Compile:
    """Compile the client of the hats and a program beside it, as strictly as TypeScript can.

    :returns: the process, whose output says what is wrong; the files are in ``tmp_path/out``.
    """

    def compile(program: str) -> subprocess.CompletedProcess[str]:
        app = make_hats()
        client = write_client(make_document(app, Rest.of(app)))
        (tmp_path / "client.ts").write_text(client, "utf-8")
        (tmp_path / "program.ts").write_text(program, "utf-8")
        settings = {"compilerOptions": OPTIONS, "files": ["program.ts"]}
        (tmp_path / "tsconfig.json").write_text(json.dumps(settings))
        (tmp_path / "package.json").write_text('{"type": "module"}')
        command = [str(modules / ".bin" / "tsc"), "--project", str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return compile


@pytest.fixture
def address() -> Iterator[str]:
    """Where the hats are served, on this machine alone."""
    server = make_server("127.0.0.1", 0, make_hats(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
