"""Database servers of a test's own, to be stopped and started; the shared ones are not."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

HOST = "127.0.0.1"
_PATIENCE = 60


def find_port() -> int:
    """Return a port that is free now."""
    with socket.create_server((HOST, 0)) as chosen:
        return int(chosen.getsockname()[1])


class Server(ABC):
    """A server with its data in a temporary folder, for ``with Server() as server:``."""

    user: str

    def __init__(self) -> None:
        self.port = find_port()
        # Not in pytest's folder, which only its own user may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="stack-server-"))
        self._running: subprocess.Popen[Any] | None = None

    FAST: signal.Signals
    IMMEDIATE: signal.Signals

    @property
    @abstractmethod
    def url(self) -> str:
        """The address of a database on it."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the folder of the data."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return what runs the server in the foreground."""

    def start(self) -> float:
        """Start it, and return the moment at which it accepted a statement."""
        quiet: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
        self._running = subprocess.Popen(self.command(), **quiet, **self._owner())
        return self.wait()

    def wait(self) -> float:
        """Wait until it answers a statement, and return the moment."""
        # Imported here, because a list of the tests needs no driver.
        from sqlalchemy import NullPool, create_engine, text
        from sqlalchemy.exc import DBAPIError

        engine = create_engine(self.url, poolclass=NullPool)
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                with engine.connect() as connection:
                    connection.execute(text("SELECT 1"))
                return time.monotonic()
            except DBAPIError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    @property
    def is_stopped(self) -> bool:
        """Whether it does not run."""
        return self._running is None

    def stop(self, number: int) -> None:
        """Send its process a signal and wait for its end."""
        assert self._running is not None
        self._running.send_signal(number)
        self._running.wait(_PATIENCE)
        self._running = None

    def suspend(self) -> None:
        """Let it fall silent: connections stay and are not answered."""
        self._signal_group(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal_group(signal.SIGCONT)

    def _signal_group(self, number: int) -> None:
        assert self._running is not None
        os.killpg(self._running.pid, number)

    def run(self, *command: str) -> None:
        """Run a program of the server as its user."""
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self._owner()
        )

    def __enter__(self) -> Self:
        if os.getuid() == 0:
            shutil.chown(self.folder, self.user)
        self.prepare()
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._running is not None:
            with suppress(ProcessLookupError):
                self.resume()
            self.stop(signal.SIGKILL if self.user == "mysql" else signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _owner(self) -> dict[str, Any]:
        """Return whom to run it as: the servers refuse to run as root."""
        options: dict[str, Any] = {"start_new_session": True}
        if os.getuid() == 0:
            owner = pwd.getpwnam(self.user)
            options |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            options["env"] = {**os.environ, "HOME": str(self.folder)}
        return options


class Postgres(Server):
    """A PostgreSQL server."""

    user = "postgres"
    FAST = signal.SIGINT
    IMMEDIATE = signal.SIGQUIT

    @property
    def url(self) -> str:
        """The address of a database on it."""
        return f"postgresql+psycopg://postgres@{HOST}:{self.port}/postgres"

    def prepare(self) -> None:
        """Make the folder of the data."""
        initdb = str(_find_programs() / "initdb")
        self.run(
            initdb, f"--pgdata={self.folder}/data", "--auth=trust", "--username=postgres",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip

    def command(self) -> list[str]:
        """Return what runs the server in the foreground."""
        settings = [f"listen_addresses={HOST}", f"port={self.port}", "unix_socket_directories="]
        words = [str(_find_programs() / "postgres"), "-D", f"{self.folder}/data"]
        return [*words, *(word for each in settings for word in ("-c", each))]


class MariaDB(Server):
    """A MariaDB server."""

    user = "mysql"
    FAST = signal.SIGTERM
    IMMEDIATE = signal.SIGKILL

    @property
    def url(self) -> str:
        """The address of a database on it."""
        return f"mariadb+pymysql://root@{HOST}:{self.port}/test"

    def prepare(self) -> None:
        """Make the folder of the data."""
        self.run(
            "mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data",
            f"--tmpdir={self.folder}", "--auth-root-authentication-method=normal",
        )  # fmt: skip

    def command(self) -> list[str]:
        """Return what runs the server in the foreground."""
        program = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin") or "mariadbd"
        return [
            program, "--no-defaults", f"--datadir={self.folder}/data", f"--tmpdir={self.folder}",
            f"--socket={self.folder}/socket", f"--pid-file={self.folder}/pid",
            f"--bind-address={HOST}", f"--port={self.port}", "--skip-name-resolve",
        ]  # fmt: skip


def _find_programs() -> Path:
    """Return the folder with PostgreSQL's newest programs, which Debian keeps out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    if found:
        return found[-1]
    program = shutil.which("initdb")
    if program is None:
        raise FileNotFoundError("PostgreSQL's 'initdb' is not installed. Install the server.")
    return Path(program).parent
