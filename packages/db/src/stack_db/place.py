"""The line of an application that made a library do something."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import FrameType
from typing import NamedTuple

_LIBRARIES = ("site-packages", "dist-packages")
_OWN = ("stack_db", "sqlalchemy", "flask_sqlalchemy")
_STDLIB = sysconfig.get_path("stdlib")


class Place(NamedTuple):
    """A line of Python or of a template."""

    file: str
    line: int

    def shorten(self, root: Path) -> str:
        """Return it as ``file:line``, relative to a folder that it is below."""
        path = Path(self.file)
        shown = path.relative_to(root) if path.is_relative_to(root) else path
        return f"{shown}:{self.line}"


def locate() -> Place | None:
    """Return the innermost line that belongs to no library; a template's is its own."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        template = frame.f_globals.get("__jinja_template__")
        if template is not None and template.filename is not None:
            return Place(template.filename, template.get_corresponding_lineno(frame.f_lineno))
        if _is_own(frame):
            return Place(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None


def find_place(root: Path) -> str:
    """Return the line as text, ``file:line``, below a folder if it is there."""
    place = locate()
    return "(no line of the application)" if place is None else place.shorten(root)


def _is_own(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return not (
        name.startswith(("<", _STDLIB)) or package in _OWN or any(p in name for p in _LIBRARIES)
    )
