"""Making objects, and the values that their attributes are set to."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter, signature
from typing import Any

from sqlalchemy.orm import Session

from stack_core.problem import FieldError

from .collection import replace_members
from .placement import Placement
from .refusal import REQUIRED, invalid


class Making:
    """Makes objects of one kind of values by field."""

    def __init__(self, placement: Placement) -> None:
        self._kind = placement.kind
        self._placement = placement
        self._by_name = placement.description.by_name

    def resolve(self, session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of attributes: objects for relations."""
        return {name: self._resolve_one(session, name, value) for name, value in values.items()}

    def _resolve_one(self, session: Session, name: str, value: Any) -> Any:
        field = self._by_name[name]
        if field.type != "relation":
            columns = self._placement.columns.get(name)
            return value if columns is None else self._placement.sendable(columns[0], value)
        cls = self._kind.related(name).cls
        if field.many:
            return [session.get(cls, key) for key in value or ()]
        return None if value is None else session.get(cls, value)

    def make(self, values: Mapping[str, Any]) -> Any:
        """Make an object with what its ``__init__`` takes, and set the rest."""
        cls = self._kind.cls
        taken, needed = _read_init(cls)
        given = {name: value for name, value in values.items() if taken is None or name in taken}
        lists = {name for name in values if self._by_name[name].many}
        missing = [name for name in needed if name not in given]
        if named := [name for name in missing if name in self._by_name]:
            raise invalid([FieldError((name,), REQUIRED, "required") for name in named])
        made = cls(**{name: value for name, value in given.items() if name not in lists})
        for name, value in values.items():
            if name in lists:
                replace_members(made, name, value)
            elif name not in given:
                setattr(made, name, value)
        return made


def _read_init(cls: type[Any]) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """Return what a class' ``__init__`` takes, or None for anything, and what it must be given."""
    taken = list(signature(cls.__init__).parameters.values())[1:]
    if any(each.kind is Parameter.VAR_KEYWORD for each in taken):
        names: frozenset[str] | None = None
    else:
        names = frozenset(
            each.name for each in taken if each.kind is not Parameter.POSITIONAL_ONLY
        )
    bare = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    needed = [each.name for each in taken if each.default is Parameter.empty and each.kind in bare]
    return names, tuple(needed)
