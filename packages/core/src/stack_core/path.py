"""A path of a description, taken apart: what must be allowed along it."""

from __future__ import annotations

from typing import Any

import msgspec

from .conversion import convert_operand
from .description import LONGEST_PATH, Description, Field, Key, leads_on

MOST = 1000
"""How many paths are remembered: those that exist can be endless, as in ``boss.boss.boss``."""


class Path(msgspec.Struct, frozen=True, eq=False):
    """A path, and what it leads through.

    :param fields: along it; none for the key's own path.
    :param steps: each field's name, with the description that has it.
    :param kinds: what its relations lead to, also the one at its end.
    :param far: of those, the kinds that are kept elsewhere.
    :param description: of the row that a key at its end is of.
    :param field: the field at its end, or None where that is a key.
    :param columns: those of what is at its end: of a key there may be several.
    """

    text: str
    fields: tuple[Field, ...]
    steps: tuple[tuple[Description, str], ...]
    kinds: tuple[Description, ...]
    far: frozenset[str]
    description: Description
    field: Field | None
    columns: tuple[Field, ...]


class Paths:
    """The paths of one kind that were met and that exist; they are the same for everybody."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Path] = {}

    @classmethod
    def of(cls, description: Description) -> Paths:
        """Return the paths of a kind, the same object each time."""
        held = vars(description)
        found: Paths = held.get("_paths") or held.setdefault("_paths", cls())
        return found

    def find(self, description: Description, text: str, *, to_many: bool = False) -> Path:
        """Return a path.

        :param to_many: it must end at a to-many relation, and else must not.
        :raises LookupError: there is none, or one of its fields is never read.
        """
        known = self._found.get((description.kind, text))
        if known is None:
            known = _take_apart(description, text)
            if len(self._found) < MOST:
                self._found[description.kind, text] = known
        if to_many is not (bool(known.fields) and known.fields[-1].many):
            raise LookupError(text)
        return known


def convert_key(description: Description, value: Any) -> Key:
    """Return a key of a kind, each of its parts in its column's range.

    Text is the key's text, save where the key is one text itself.

    :raises ValueError: it is none.
    :raises LookupError: it is no key's text.
    """
    columns = description.key
    if type(value) is int and len(columns) == 1:
        return convert_operand(columns[0], value)
    if isinstance(value, str) and not (len(columns) == 1 and columns[0].type == "text"):
        value = description.parse_key(value)
    if len(columns) == 1:
        return convert_operand(columns[0], value)
    if not isinstance(value, list | tuple) or len(value) != len(columns):
        raise ValueError("A key has as many parts as columns.")
    return tuple(convert_operand(*pair) for pair in zip(columns, value, strict=True))


def _take_apart(description: Description, text: str) -> Path:
    fields: list[Field] = []
    steps: list[tuple[Description, str]] = []
    kinds: list[Description] = []
    far: set[str] = set()
    here = description
    for name in text.split(".", LONGEST_PATH) if text else ():
        field = here.by_name.get(name) if not fields or leads_on(fields[-1]) else None
        if field is None or not field.readable or len(fields) == LONGEST_PATH:
            raise LookupError(text)
        fields.append(field)
        steps.append((here, name))
        if field.type == "relation":
            here = here.related(name)
            kinds.append(here)
            far |= {here.kind} if field.far else set()
    field = fields[-1] if fields and fields[-1].type != "relation" else None
    columns = here.key if field is None else (field,)
    return Path(
        text, tuple(fields), tuple(steps), tuple(kinds), frozenset(far), here, field, columns
    )
