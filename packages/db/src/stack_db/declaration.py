"""What a model says about itself in its own file: labels, secrets, rules, history.

It is written once and obeyed by every form, page and interface. All of it is
optional, and a model that uses it is a plain SQLAlchemy model still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ForwardRef, TypedDict, TypeVar, Unpack, cast

import msgspec
from sqlalchemy.sql import ColumnElement

from stack_core.description import FieldType

__all__ = ["About", "KindOptions", "RuleOptions", "Words", "about", "kind", "rule"]

T = TypeVar("T")

_NEAR = 0.8


class Words(TypedDict, total=False):
    """What may be said of an attribute.

    ``label`` and ``help`` are what people read. ``searchable``: a search looks
    into it. ``secret``: never shown, logged or told. ``write_only``: never read.
    ``read_only``: never written. ``create_only``: not by an update. ``required``:
    a create must name it, although the database does without. ``filter`` and
    ``order``: it may stand in one. ``choices``: values, or pairs of a value and
    what people read. ``pattern``: a regular expression that is found in it.
    ``ge`` and ``le``: the least and the greatest value. ``type`` and ``naive``:
    what the values are, and that moments have no zone, where the column's type
    does not tell.
    """

    label: str
    help: str
    searchable: bool
    secret: bool
    write_only: bool
    read_only: bool
    create_only: bool
    required: bool
    filter: bool
    order: bool
    choices: Iterable[Any]
    pattern: str
    ge: float
    le: float
    min_length: int
    max_length: int
    type: FieldType
    naive: bool


_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "FieldType": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "Iterable[Any]": (list, tuple),
}
_KNOWN = {
    word: _TYPES[type_.__forward_arg__]
    for word, type_ in cast("Mapping[str, ForwardRef]", Words.__annotations__).items()
}


class About(dict[Any, Any]):
    """What ``info`` says; called with a hybrid property or its function, it says it of that."""

    def __call__(self, attribute: T) -> T:
        """Remember this for an attribute that takes no ``info``, and return the attribute."""
        holder: Any = getattr(attribute, "fget", attribute)
        holder.__about__ = dict(self)
        return attribute


class RuleOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What :func:`rule` was given."""

    expression: Callable[..., ColumnElement[bool]]
    label: str = ""
    parameters: Mapping[str, Any] = {}
    open: bool = False
    holds: Callable[..., bool] | None = None


class KindOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What :func:`kind` was given."""

    word: str = ""
    label: str = ""
    plural: str = ""
    title: str | None = None
    rules: Mapping[str, RuleOptions] = {}
    history: bool | None = None


def about(*, hints: Mapping[str, Any] | None = None, **words: Unpack[Words]) -> About:
    """Return what an attribute's ``info`` says to forms, pages and interfaces.

    Give it to ``mapped_column(info=…)``, ``relationship(info=…)`` or
    ``column_property(info=…)``; a hybrid property is decorated with it. A plain
    ``info={"label": …}`` says the same.

    :param hints: for packages that know more words than :class:`Words`.
    :raises TypeError: a word is unknown, or has a value of a wrong type.
    """
    said: dict[str, Any] = {word: value for word, value in words.items() if value is not None}
    if "choices" in said:
        said["choices"] = tuple(said["choices"])
    _, unknown = read_info(said, "about(…)")
    for word in unknown:
        raise TypeError(f"about(…) has no {word!r}. Say it in hints={{{word!r}: …}}.")
    return About(said, **(hints or {}))


def rule(
    expression: Callable[..., ColumnElement[bool]],
    *,
    label: str = "",
    parameters: Mapping[str, Any] | None = None,
    open: bool = False,
    holds: Callable[..., bool] | None = None,
) -> RuleOptions:
    """Return a condition that filters may name, for what cannot be said in a filter.

    :param expression: called with the class, or an alias of it, and the values
        of the parameters; returns a condition.
    :param parameters: name and type of each value, as in ``{"day": date}``.
    :param open: callers may name it; otherwise scopes and the application's own code only.
    :param holds: the same, told of one object, for code that has no database.
    """
    return RuleOptions(
        expression=expression, label=label, parameters=parameters or {}, open=open, holds=holds
    )


def kind(
    word: str = "",
    *,
    label: str = "",
    plural: str = "",
    title: str | None = None,
    rules: Mapping[str, RuleOptions] | None = None,
    history: bool | None = None,
) -> KindOptions:
    """Return what a class says of itself: ``__kind__ = kind("book", title="isbn")``.

    Word and labels are those of the class that says them; title, rules and
    history hold for its subclasses too.

    :param word: names the kind in permissions, addresses and events; unique on an
        application. Otherwise it is made of the class's name.
    :param label: what people call one of the things. ``plural``: several of them.
    :param title: the path of what a picker shows.
    :param rules: conditions by name, each made by :func:`rule`.
    :param history: write every change into the table ``db_history``.
    """
    return KindOptions(
        word=word, label=label, plural=plural, title=title, rules=rules or {}, history=history
    )


def read_info(info: Mapping[Any, Any], place: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is said in words that are known, and the hints.

    :param place: the attribute, for errors.
    :raises TypeError: a known word has a value of a wrong type, or is misspelt.
    """
    known: dict[str, Any] = {}
    hints: dict[str, Any] = {}
    for name, value in info.items():
        if name in _KNOWN:
            _check(name, value, place)
            known[name] = value
        elif isinstance(name, str):
            _refuse_near(name, value, place)
            hints[name] = value
    return known, hints


def find_about(attribute: object) -> Mapping[Any, Any]:
    """Return what :class:`About` remembers of a hybrid property."""
    said = getattr(getattr(attribute, "fget", None), "__about__", {})
    return cast("Mapping[Any, Any]", said)


def _check(name: str, value: Any, place: str) -> None:
    wanted = _KNOWN[name]
    # A text may be translated when it is shown, so it need not be one now.
    if wanted == (str,) and name in ("label", "help"):
        return
    if not isinstance(value, wanted) or (bool not in wanted and isinstance(value, bool)):
        shown = " or ".join(each.__name__ for each in wanted)
        raise TypeError(f"{place} has {name}={value!r}. Give it a {shown}.")


def _refuse_near(name: str, value: Any, place: str) -> None:
    """Refuse a misspelt word, but not another package's that only looks like one."""
    from difflib import get_close_matches

    for near in get_close_matches(name, _KNOWN, n=1, cutoff=_NEAR):
        if isinstance(value, _KNOWN[near]):
            raise TypeError(f"{place} has no {name!r}. Did you mean {near!r}?")
