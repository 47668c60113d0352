"""Errors on their way out, whoever raised them and whatever the client reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, Literal, Protocol, Self

import msgspec
from werkzeug import exceptions
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from .registry import Slot

__all__ = [
    "HTML_PROBLEMS",
    "JSON_PROBLEMS",
    "REALMS",
    "BadQuery",
    "Conflict",
    "Denied",
    "FieldError",
    "Invalid",
    "NotFound",
    "Problem",
    "ProblemRenderer",
    "Realm",
    "Stale",
    "Unable",
    "Unavailable",
]


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one value.

    :param path: to the value, from the outside in: names and positions.
    :param message: one sentence for the person who typed it.
    :param code: for programs: ``required``, ``invalid``, ``unknown``, ``missing``, ``conflict``.
    :param source: where in a request the value stood.
    """

    path: tuple[str | int, ...]
    message: str
    code: str = "invalid"
    source: Literal["body", "query", "path", "header", "cookie"] = "body"

    @property
    def pointer(self) -> str:
        """The path as a JSON pointer."""
        if len(self.path) == 1 and str(name := self.path[0]).isidentifier():
            return f"/{name}"
        return "".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in self.path)


class Problem(HTTPException):
    """An error that is answered to the client.

    An instance is also of werkzeug's class of its status, so that
    ``errorhandler(409)`` finds it; a class of an application's own needs
    ``status`` alone. It never carries the text of another exception, an SQL
    statement or a path.

    :param detail: one or two sentences for the person: what is wrong, what to do.
    :param status: other than the class's own.
    :param type: what kind of problem it is, stable; a renderer makes an address of it.
    :param title: the same for every problem of the type; the status' phrase if empty.
    :param errors: all of the values that are wrong.
    :param headers: that the answer has, such as ``Retry-After``.
    :param members: what a program is told besides: as JSON they stand beside
        the members that every problem has, and never in the place of one.
    """

    status: ClassVar[int] = 500
    kind: ClassVar[str] = "about:blank"

    def __new__(cls, *args: Any, status: int = 0, **kwargs: Any) -> Self:
        """Make an instance of the class for a status."""
        known: Any = cls  # mypy takes 'type[Self]' for nothing that can be hashed
        made: type[Self] = _find_class(known, status or cls.status)
        return super().__new__(made)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "status" in vars(cls):
            cls.code = cls.status  # werkzeug's name of it, by which Flask finds handlers

    def __init__(
        self,
        detail: str = "",
        *,
        status: int = 0,
        type: str = "",
        title: str = "",
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(description=detail or None)
        self.args = (detail,)
        self.type = type or self.kind
        self.title = title or HTTP_STATUS_CODES.get(self.status, "Error")
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})

    def __reduce__(self) -> tuple[Any, ...]:
        cls = type(self)
        return _restore, (cls.__bases__[0] if _is_made(cls) else cls, self.status), self.__dict__

    def __str__(self) -> str:
        return f"{self.status} {self.title}" + (f": {self.detail}" if self.detail else "")

    def get_response(self, environ: Any = None, scope: Any = None) -> Any:
        """Return the answer, made by the renderer that :class:`Realm` and ``Accept`` choose."""
        from .rendering import Places, render  # not at start: few raise one there

        return render(self, environ, Places(HTML_PROBLEMS, JSON_PROBLEMS, REALMS))


class NotFound(Problem, exceptions.NotFound):
    """There is no such row, or none for this person."""

    status = 404


class Denied(Problem, exceptions.Forbidden):
    """The person is known and may not."""

    status = 403
    kind = "denied"


class BadQuery(Problem, exceptions.BadRequest):
    """A path, operator, value or cursor that cannot be used."""

    status = 400
    kind = "query"


class Invalid(Problem, exceptions.UnprocessableEntity):
    """Values that cannot be kept; ``errors`` names all of them."""

    status = 422
    kind = "invalid"


class Conflict(Problem, exceptions.Conflict):
    """A value that must be unique is somebody else's.

    :param fields: all that the broken rule spans.
    :param rule: the name of the constraint, for logs.
    """

    status = 409
    kind = "conflict"

    def __init__(self, *fields: str, rule: str = "") -> None:
        named = ", ".join(repr(field) for field in fields) or "These values"
        errors = [FieldError((field,), "It is taken already.", "conflict") for field in fields]
        super().__init__(f"{named} must be unique. Choose another value.", errors=errors)
        self.fields = fields
        self.rule = rule


class Stale(Problem, exceptions.PreconditionFailed):
    """The row was changed since it was read.

    :param version: the one that it has now.
    """

    status = 412
    kind = "stale"

    def __init__(self, version: Any = None) -> None:
        super().__init__("Somebody changed this in the meantime. Read it again.")
        self.version = version


class Unable(Problem, exceptions.NotImplemented):
    """This store cannot do what it was asked for; its ``abilities`` say so beforehand."""

    status = 501
    kind = "unable"


class Unavailable(Problem, exceptions.ServiceUnavailable):
    """What is needed is down or full; the headers have ``Retry-After``."""

    status = 503
    kind = "unavailable"


class ProblemRenderer(Protocol):
    """Makes the body of a problem for one media type."""

    @property
    def media_type(self) -> str:
        """The media type of what it makes, such as ``application/problem+json``."""
        ...

    def render(self, problem: Problem) -> str | bytes:
        """Return the body of an answer."""
        ...


class Realm(msgspec.Struct, frozen=True):
    """Under this path every problem has this media type, whatever the client accepts."""

    prefix: str
    media_type: str


HTML_PROBLEMS: Slot[ProblemRenderer] = Slot("problems as HTML")
"""Who makes pages of problems; one on an application."""
JSON_PROBLEMS: Slot[ProblemRenderer] = Slot("problems as JSON")
"""Who makes JSON of problems; one on an application."""
REALMS: Slot[Realm] = Slot("realms of problems")
"""Paths with a media type of their own; many may offer some."""


@cache
def _find_class(cls: Any, status: int) -> Any:
    """Return the class that has a status and derives from werkzeug's class of that status."""
    same = exceptions.default_exceptions.get(status, HTTPException)
    if cls.status == status and issubclass(cls, same):
        return cls
    told = {"status": status, "__module__": cls.__module__, "__doc__": cls.__doc__, _MADE: True}
    return type(cls.__name__, (cls,) if issubclass(cls, same) else (cls, same), told)


_MADE = "_made_for_status"


def _is_made(cls: type[Problem]) -> bool:
    return _MADE in vars(cls)


def _restore(cls: type[Problem], status: int) -> Problem:
    """Return a problem that is being copied or unpickled; its attributes follow."""
    return cls.__new__(cls, status=status)
