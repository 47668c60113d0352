"""Where an extension is judged: what a rule is given."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any

from flask import Flask

from stack_core import Extension, find_extension

from .application import JudgedApp, make_app
from .fault import NotApplicable
from .imports import Imports
from .subject import Source
from .trial import Trial
from .wording import plain

STRANGER = "It is not written on core's protocol."


class Stand:
    """One extension with all that a rule needs to judge it.

    :param folder: an empty folder for the applications.
    """

    def __init__(
        self, source: Source, folder: Path, trial: Trial, abilities: frozenset[str]
    ) -> None:
        self.source = source
        self.trial = trial
        self.abilities = abilities
        self.imports: Imports | None = None
        self._folder = folder
        self._apps = 0

    def apart(self, name: str) -> Stand:
        """Return the same with an empty folder of its own."""
        twin = copy(self)
        twin._folder = self._folder / name
        twin._folder.mkdir()
        return twin

    def make(self) -> Any:
        """Return a new extension, on no application."""
        return self.source.make()

    def make_app(
        self, settings: Mapping[str, Any] | None = None, *, others: bool = True
    ) -> JudgedApp:
        """Return a new application without the extension.

        :param settings: beside those that were given for every application.
        :param others: put on it what the extension needs.
        """
        self._apps += 1
        folder = self._folder / str(self._apps)
        in_context = self.trial.in_context
        return make_app(
            self.source, folder, settings=settings, others=others, in_context=in_context
        )

    def put(self, extension: Any, app: Flask) -> None:
        """Put an extension on an application, in a context if it wants one."""
        if self.trial.in_context:
            with app.app_context():
                extension.init_app(app)
        else:
            extension.init_app(app)

    def start(self) -> tuple[JudgedApp, Any]:
        """Return an application with the extension on it, and the extension."""
        app, extension = self.make_app(), self.make()
        self.put(extension, app)
        return app, extension

    def use(self, app: Flask) -> None:
        """Use the extension within a request, as whoever asked for the judgement does."""
        if self.source.use is not None:
            self.source.use(app)

    def own(self) -> Extension[Any, Any]:
        """Return the extension as one that is written on core's protocol.

        :raises NotApplicable: it is not.
        """
        found = find_extension(self.make())
        if found is None:
            raise NotApplicable(STRANGER)
        return found

    def owns(self, file: str | None) -> bool:
        """Tell whether a file is the extension's own."""
        path, root = Path(file or ""), Path(self.trial.root)
        return bool(file) and (path == root or root in path.parents)

    def place(self, file: str, line: int) -> str:
        """Return ``file:line`` as one finds it in the extension's sources."""
        path, root = Path(file), Path(self.trial.root).parent
        shown = path.relative_to(root) if root in path.parents else Path(path.name)
        return f"{shown.as_posix()}:{line}"

    def blame(self, error: BaseException) -> tuple[str, ...]:
        """Return the innermost place of the extension's own that an error came through."""
        frames = traceback.extract_tb(error.__traceback__)
        mine = [frame for frame in frames if self.owns(frame.filename)]
        return tuple(self.place(each.filename, each.lineno or 0) for each in mine[-1:])

    def locate(self, thing: Any) -> tuple[str, ...]:
        """Return where a function of the extension is written, if it can be told."""
        code = getattr(getattr(thing, "__func__", thing), "__code__", None)
        if code is None or not self.owns(code.co_filename):
            return ()
        return (self.place(code.co_filename, code.co_firstlineno),)

    def is_own_name(self, name: str) -> bool:
        """Tell whether a name begins with one of the extension's own."""
        return any(plain(name).startswith(own) for own in self.trial.names)
