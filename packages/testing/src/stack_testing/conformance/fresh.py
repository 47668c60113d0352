"""A program that imports one module and tells what that did; it is run by its path.

Nothing but the standard library is imported before, so that all else is the
module's own doing or that of what it declares to need, which is imported first.
"""

from __future__ import annotations

import _thread
import importlib
import json
import logging
import os
import sys
import sysconfig
import threading
import time
import types
import warnings
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
FILES = {
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "sqlite3.connect",
}
PROCESSES = {"subprocess.Popen", "os.system", "os.fork", "os.exec", "os.posix_spawn"}
NETWORK = {
    "socket.__new__",
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.gethostbyname",
}
THREADS = {"_thread.start_new_thread", "_thread.start_joinable_thread"}
KINDS = (
    *((name, "files") for name in FILES),
    *((name, "processes") for name in PROCESSES),
    *((name, "network") for name in NETWORK),
    *((name, "threads") for name in THREADS),
)


class Watch:
    """Hears what Python audits and keeps what the watched files are to blame for."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.library = sysconfig.get_path("stdlib") + os.sep
        self.installed = [sysconfig.get_path(name) + os.sep for name in ("purelib", "platlib")]
        paths = [str(Path(each).absolute()) for each in sys.path if each]
        self.archives = {each for each in paths if each.endswith(".zip")}
        self.readable = [each + os.sep for each in paths]
        self.kinds = dict(KINDS)
        self.on = False
        self.events: list[dict[str, str]] = []

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """Note an event, if one of the watched files is to blame for it."""
        if not self.on:
            return
        kind = self.kinds.get(event) or self._kind_of_opening(event, args)
        if kind:
            self.on = False
            place = self._find_place()
            if place:
                what = ", ".join(repr(each)[:80] for each in args[:2])
                self.events.append({"kind": kind, "what": f"{event}({what})", "place": place})
            self.on = True

    def owns(self, file: str) -> bool:
        """Tell whether a file is a watched one."""
        return file == self.root or file.startswith(self.root + os.sep)

    def _kind_of_opening(self, event: str, args: tuple[Any, ...]) -> str | None:
        if event != "open" or not isinstance(args[0], str | bytes):
            return None
        _, mode, flags = args
        if set(mode or "") & set("wax+") or (isinstance(flags, int) and flags & WRITING):
            return "files"
        path = str(Path(os.fsdecode(args[0])).absolute())
        known = (self.library, *self.installed, *self.readable)
        if path.startswith(known) or path in self.archives or self.owns(path):
            return None
        return "files"

    def _find_place(self) -> str | None:
        """Return the innermost line outside of the standard library, if it is watched."""
        innermost = sys._getframe(2)
        if innermost.f_code.co_filename.startswith("<frozen importlib"):
            return None  # the import system itself, which writes bytecode
        frame: types.FrameType | None = innermost
        while frame is not None:
            file = frame.f_code.co_filename
            if self.owns(file):
                return f"{file}:{frame.f_lineno}"
            if self._is_foreign(file):
                return None
            frame = frame.f_back
        return None

    def _is_foreign(self, file: str) -> bool:
        """Tell whether a file is neither watched nor of the standard library."""
        if file == __file__ or file.startswith("<frozen"):
            return False
        return file.startswith(tuple(self.installed)) or not file.startswith(self.library)


def audit_threads(watch: Watch) -> None:
    """Let the starts of threads be heard; Python does so itself from 3.12 on."""
    start = _thread.start_new_thread

    def start_and_tell(*args: Any, **kwargs: Any) -> int:
        watch.hear("_thread.start_new_thread", args)
        return start(*args, **kwargs)

    for module, name in ((_thread, "start_new_thread"), (threading, "_start_new_thread")):
        setattr(module, name, start_and_tell)


def look() -> dict[str, dict[str, Any]]:
    """Return what each module, and each class in it, has under which name."""
    found: dict[str, dict[str, Any]] = {}
    for name, module in list(sys.modules.items()):
        if name == "__main__" or type(module) is not types.ModuleType:
            continue
        found[name] = dict(vars(module))
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__ == name:
                found[f"{name}.{value.__qualname__}"] = dict(vars(value))
    found["os.environ"] = dict(os.environ)
    found["logging.root"] = {
        "level": logging.root.level,
        **{f"handler {number}": each for number, each in enumerate(logging.root.handlers)},
    }
    found["warnings.filters"] = {repr(each): True for each in warnings.filters}
    return found


STATE = {"os.environ", "logging.root", "warnings.filters"}
PASSING = {"__warningregistry__", "__annotations__", "__doc__", "__abstractmethods__"}


def find_patches(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]], package: str
) -> list[str]:
    """Return the names of what was set in something that was there before."""
    found = []
    for owner, old in before.items():
        new = after.get(owner, old)
        for name in sorted({*old, *new} - PASSING):
            was, now = old.get(name, PASSING), new.get(name, PASSING)
            if was is now or (owner in STATE and was == now):
                continue
            if owner in STATE or is_patch(was, now, package):
                found.append(f"{owner}[{name!r}]" if owner in STATE else f"{owner}.{name}")
    return found


def is_patch(was: Any, now: Any, package: str) -> bool:
    """Tell whether a change is a patch of the package's, and no bookkeeping of its neighbours."""
    if isinstance(now, types.ModuleType) or isinstance(was, types.ModuleType):
        return False
    inner = getattr(now, "__func__", getattr(now, "fget", now))
    origin = str(getattr(inner, "__module__", "")).partition(".")[0]
    if origin == package:
        return True
    return was is not PASSING and now is not PASSING and callable(was) and callable(now)


def try_import(name: str) -> str:
    """Import a module and return why it could not be; empty: it could.

    A process that the import has forked off, and that goes on as this one does, ends here.
    """
    own, error = os.getpid(), ""
    try:
        importlib.import_module(name)
    except BaseException as failure:
        error = f"{type(failure).__name__}: {failure}"
    if os.getpid() != own:
        os._exit(0)
    return error


def observe(watch: Watch, module: str) -> dict[str, Any]:
    """Import the module, and return what it took and did."""
    loaded, threads = set(sys.modules), set(threading.enumerate())
    start, watch.on = time.perf_counter(), True
    error = try_import(module)
    watch.on, end = False, time.perf_counter()
    return {
        "error": error,
        "events": watch.events,
        "threads": [each.name for each in set(threading.enumerate()) - threads],
        "milliseconds": round((end - start) * 1000, 1),
        "loaded": sorted(set(sys.modules) - loaded),
    }


def observe_in_child(watch: Watch, module: str) -> dict[str, Any]:
    """Do so in a child, so that this process still knows nothing of the module."""
    read, write = os.pipe()
    if not os.fork():
        with os.fdopen(write, "w") as out:
            print(json.dumps(observe(watch, module)), file=out)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.readline()  # what the import leaves running keeps the pipe open
    os.wait()
    return json.loads(text) if text else {"error": "its process ended", "loaded": []}


def observe_patches(module: str, loaded: list[str]) -> list[str]:
    """Import the module and return what it sets in others.

    What it loads of others is imported before, for what that sets is not its doing.
    """
    package = module.partition(".")[0]
    for name in loaded:
        if name.partition(".")[0] != package:
            try_import(name)
    before = look()
    try_import(module)
    return find_patches(before, look(), package)


def main() -> None:
    """Read what to import, import it, and print what that did."""
    order = json.loads(sys.stdin.read())
    out = os.dup(1)
    os.dup2(2, 1)
    sys.path[:] = order["path"]
    watch = Watch(order["root"])
    sys.addaudithook(watch.hear)
    if sys.version_info < (3, 12):
        audit_threads(watch)
    start = time.perf_counter()
    for name in order["before"]:
        try_import(name)
    beside = round((time.perf_counter() - start) * 1000, 1)
    module = order["module"]
    found: dict[str, Any] = {"events": [], "threads": [], "patches": [], "milliseconds": 0.0}
    if hasattr(os, "fork"):
        found |= observe_in_child(watch, module)
        if not found["error"]:
            found["patches"] = observe_patches(module, found["loaded"])
    else:
        before = look()
        found |= observe(watch, module)
        found["patches"] = find_patches(before, look(), module.partition(".")[0])
    found |= {"beside_milliseconds": beside, "modules": len(found.pop("loaded"))}
    os.write(out, json.dumps(found).encode())
    os._exit(0)


if __name__ == "__main__":
    main()
