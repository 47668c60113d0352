"""The demo's application with some of the real flights, served, and a Chromium to look at it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demo import application, archive
from demo.workshop import Workshop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, ViewportSize

SAMPLE = 2_000
PATIENCE = 30
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP, "color_scheme": "light"},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light", "is_mobile": True, "has_touch": True},
}
Open = Callable[[str], "Visit"]


class Visit:
    """A page, and what is wrong with it: the console's errors and requests to other hosts.

    :param page: What to look at.
    :param host: Where alone it may ask for anything.
    """

    def __init__(self, page: Page, host: str) -> None:
        self.page = page
        self.host = host
        self.faults: list[str] = []
        page.on("console", lambda said: self._note(said.type in ("error", "warning"), said.text))
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("request", self._watch)

    def _watch(self, request: Request) -> None:
        self._note(not request.url.startswith((self.host, "data:")), f"asked for {request.url}")

    def _note(self, wrong: bool, what: str) -> None:
        if wrong:
            self.faults.append(what)

    def go(self, path: str) -> int:
        """Open a path and return the answer's status."""
        answer = self.page.goto(self.host + path, wait_until="load")
        assert answer is not None
        return answer.status

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        width: int = self.page.evaluate(
            "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
        )
        return width

    def focused(self) -> str:
        """The text of what has the focus, or its name."""
        text: str = self.page.evaluate(
            "(document.activeElement.innerText || document.activeElement.name || '').trim()"
        )
        return text


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The demo's application, made with the packages of the tests' own environment."""
    workshop = Workshop(tmp_path_factory.mktemp("demo"), Path(sys.prefix))
    application.generate(workshop)
    application.migrate(workshop)
    application.load(workshop, archive.fetch(), SAMPLE)
    return workshop


@pytest.fixture(scope="session")
def address(workshop: Workshop) -> Iterator[str]:
    """Where the application is served; a busy database makes it give up at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [workshop.program("flask"), "run", f"--port={port}"],
        cwd=workshop.application,
        env=workshop.environment() | {"FLASK_DB_SQLITE_BUSY_TIMEOUT": "0.2"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _wait(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(address: str, process: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return address
    raise RuntimeError(f"The application does not answer at {address}.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("There is no chromium here. '.ci/chromium' installs Debian's.")
    # Other sessions collect these tests too, and do without it.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> str:
    """Each way to look at a page."""
    return str(request.param)


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, browser: Browser, address: str, tmp_path: Path
) -> Iterator[Visit]:
    """A new window on the application, closed at the end; nothing may be wrong by then.

    Its last sight is kept beside the test's other files. A test that expects faults clears them.
    """
    name = request.getfixturevalue("look") if "look" in request.fixturenames else "desktop"
    context = browser.new_context(**LOOKS[name])
    visit = Visit(context.new_page(), address)
    yield visit
    # Playwright would write the file in a thread that it then keeps.
    (tmp_path / f"{name}.png").write_bytes(visit.page.screenshot())
    context.close()
    assert visit.faults == []
