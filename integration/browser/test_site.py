"""The documentation site, as people see it."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from launch import ROOT

if TYPE_CHECKING:
    from .conftest import Visit

SITE = ROOT / "docs" / "_build"

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Where the built site is served; that it was not built is a failure, not a skip."""
    if not (SITE / "index.html").exists():
        pytest.fail("The site is not built. Run 'python3 tooling/run.py docs' first.")
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/index.html", "/tutorial.html"])
def test_page_fits(visit: Visit, look: str, site: str, path: str) -> None:
    """The site needs no other host and is no wider than its window."""
    visit.host = site
    assert visit.go(path) == 200
    assert visit.overflow() <= 0
