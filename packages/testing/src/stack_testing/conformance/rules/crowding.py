"""Rules of many requests at once, in threads, processes and coroutines."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from flask import Flask, request

from ..fault import Fault, NotApplicable, preparing
from ..rule import rule
from ..stand import Stand
from ..wording import say

THREADS = 16
EACH = 4
CHILD_LIMIT = 4.0
"""How long a request in a forked child may take, in seconds."""


@rule(
    "P31",
    "required",
    "Sixteen threads are served at once",
    mend="Keep what belongs to a request on 'g', and guard what is made at first use by a lock.",
)
def threads(stand: Stand) -> Iterator[Fault]:
    """The first requests of an application come from sixteen threads at once, and each is
    answered as it would be alone."""
    alone, app = _make_using(stand), _make_using(stand)
    words = [f"{number}-{turn}" for number in range(THREADS) for turn in range(EACH)]
    with preparing():
        expected = {word: _ask(alone, word) for word in words}
    faults: list[Fault] = []
    barrier = threading.Barrier(THREADS)

    def ask(number: int) -> None:
        barrier.wait()
        for turn in range(EACH):
            word = f"{number}-{turn}"
            try:
                answer = _ask(app, word)
            except Exception as error:
                said = f"A request fails with {say(error)} when there are {THREADS} at once."
                faults.append(Fault(said, stand.blame(error)))
                return
            if answer != expected[word]:
                said = f"A request is answered {answer[:40]!r} and not {expected[word][:40]!r}."
                faults.append(Fault(said))
                return

    sys.setswitchinterval(1e-5)
    running = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    yield from faults[:1]


@rule(
    "P32",
    "required",
    "A process that forks after the set-up is served on both sides",
    mend="Connect and start threads at first use, in the process that uses them.",
)
def fork(stand: Stand) -> Iterator[Fault]:
    """After 'init_app' and a fork both child and parent are served, and 'init_app' leaves
    no file or socket open that they would share."""
    if not hasattr(os, "fork"):
        raise NotApplicable("This system cannot fork.")
    app = stand.make_app({"PROPAGATE_EXCEPTIONS": True})
    _add_using(stand, app)
    before = _opened()
    stand.put(stand.make(), app)
    now = _opened()
    shared = now.keys() - before.keys()
    kinds = sorted({now[each] for each in shared})
    if shared:
        yield Fault(f"'init_app' leaves a {' and a '.join(kinds)} open, which children share.")
    with preparing():
        expected = _ask(_make_using(stand), "word")
    failed = _serve_in_child(app, expected)
    if failed:
        yield Fault(failed)
    elif _ask(app, "word") != expected:
        yield Fault("After a fork the parent answers otherwise.")


@rule(
    "P36",
    "required",
    "A view may be a coroutine",
    mend="Keep what belongs to a request on 'g' or in a context variable, not on the thread.",
    opened_by="serves-async",
)
def serves_async(stand: Stand) -> Iterator[Fault]:
    """The extension can be used in a view that is a coroutine."""
    app = stand.make_app({"PROPAGATE_EXCEPTIONS": True})
    stand.put(stand.make(), app)

    async def use() -> str:
        stand.use(app)
        return "used"

    app.add_url_rule("/kit/use", "kit_use", use)
    try:
        answer = app.test_client().get("/kit/use")
    except Exception as error:
        if "'async' extra" in str(error):
            raise NotApplicable(f"{say(error)}.") from None
        yield Fault(f"A view that is a coroutine fails with {say(error)}.", stand.blame(error))
        return
    if answer.text != "used":
        yield Fault(f"A view that is a coroutine is answered {answer.status_code}.")


def _make_using(stand: Stand) -> Flask:
    app = stand.make_app({"PROPAGATE_EXCEPTIONS": True})
    _add_using(stand, app)
    stand.put(stand.make(), app)
    return app


def _add_using(stand: Stand, app: Flask) -> None:
    def use() -> str:
        stand.use(app)
        return request.args["word"]

    app.add_url_rule("/kit/use", "kit_use", use)


def _ask(app: Flask, word: str) -> str:
    """Return what a request that uses the extension is answered, one that fails raises."""
    return app.test_client().get("/kit/use", query_string={"word": word}).text


def _opened() -> dict[tuple[int, int, int], str]:
    """Return which sockets and files are open here: by number, device and inode, what each is."""
    found = {}
    try:
        numbers = [int(each.name) for each in Path("/dev/fd").iterdir()]
    except OSError:
        return {}
    for number in numbers:
        try:
            known = os.fstat(number)
        except OSError:
            continue  # the listing's own
        kind = {stat.S_IFSOCK: "socket", stat.S_IFREG: "file"}.get(stat.S_IFMT(known.st_mode))
        if kind:
            found[number, known.st_dev, known.st_ino] = kind
    return found


def _serve_in_child(app: Flask, expected: str) -> str:
    """Return what is wrong with a request that a forked child serves; empty: nothing."""
    child = os.fork()
    if not child:
        status = 1
        try:
            status = 0 if _ask(app, "word") == expected else 2
        finally:
            os._exit(status)
    end = time.monotonic() + CHILD_LIMIT
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            failed = os.waitstatus_to_exitcode(status)
            return (
                f"After a fork a request of the child fails (status {failed})." if failed else ""
            )
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return f"After a fork a request of the child does not end within {CHILD_LIMIT:g} seconds."


RULES = (threads, fork, serves_async)
