"""What a resource is told when it is declared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal, TypedDict, get_args

import msgspec

Method = Literal["list", "get", "create", "replace", "patch", "delete", "bulk"]
"""What can be done to a resource."""
METHODS: tuple[Method, ...] = get_args(Method)
MOST_WRITES = 1000
"""The most writes of one request."""
VERBS: dict[str, str] = {
    "list": "read",
    "get": "read",
    "create": "create",
    "replace": "update",
    "patch": "update",
    "delete": "delete",
}
"""The verb of the permission that each method needs."""


class ResourceWords(TypedDict, total=False):
    """What may be said of a resource.

    ``path``: below the prefix, otherwise made of the class' name. ``name``: in the document,
    otherwise the kind's word. ``methods``: which of them there are; without ``create`` the lists
    of ``sub`` have none either. ``public``: verbs that
    everybody has, such as ``read``; one with a kind, such as ``author.read``, is of that kind.
    ``fields``: names of what is shown, and ``write`` of what is written; both are otherwise all
    that may be. ``filters`` and ``sorts``: paths beside the kind's own fields, such as
    ``author.name``. ``order``: of lists where nobody says. ``include``: relations that may be
    shown with their rows, and ``sub`` to-many relations that have lists of their own below
    each item. ``page_size``: other than the settings'. ``rate``: such as ``10/minute``, for
    each of its operations.
    """

    path: str
    name: str
    methods: Collection[Method]
    public: Collection[str]
    fields: Sequence[str]
    write: Sequence[str]
    filters: Sequence[str]
    sorts: Sequence[str]
    order: Sequence[str]
    include: Sequence[str]
    sub: Sequence[str]
    page_size: int
    rate: str


class ResourceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a resource was told; see :class:`ResourceWords`."""

    path: str = ""
    name: str = ""
    methods: tuple[Method, ...] = METHODS
    public: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None
    write: tuple[str, ...] | None = None
    filters: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    sub: tuple[str, ...] = ()
    page_size: int = 0
    rate: str = ""


def read_options(words: ResourceWords) -> ResourceOptions:
    """Return the options.

    :raises TypeError: a word is unknown, or text stands where a list is meant.
    :raises ValueError: the path does not begin with a slash.
    """
    values: dict[str, Any] = {}
    known = ResourceOptions.__struct_fields__
    for word, value in words.items():
        if word not in known:
            raise TypeError(f"A resource has no {word!r}. Use one of {', '.join(known)}.")
        if word in ("path", "name", "page_size", "rate"):
            values[word] = value
        elif isinstance(value, bool):
            raise TypeError(f"{word!r} of a resource is {value}. Name them: {word}={{'read'}}.")
        elif isinstance(value, str):
            raise TypeError(f"{word!r} of a resource is text. Write a tuple: ({value!r},)")
        else:
            values[word] = tuple(value)  # type: ignore[arg-type]
    path = values.get("path", "")
    if path and not path.startswith("/"):
        raise ValueError(f"{path!r} is no address. Begin it with '/'.")
    for method in values.get("methods", ()):
        if method not in METHODS:
            raise TypeError(f"{method!r} is no method. Use some of {', '.join(METHODS)}.")
    return ResourceOptions(**values)
