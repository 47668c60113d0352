"""One act of whoever asks: what they may do, asked once."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from flask import Flask

from .access import find_access
from .description import Description, Field
from .filter import TRUE, All, Filter
from .path import Path
from .plan import Plan
from .problem import Denied, Problem
from .query import Reach


class Right(msgspec.Struct, frozen=True):
    """A permission that is given, and how far it goes.

    :param scope: the rows that it is for.
    :param hidden: the fields that it does not reach.
    """

    scope: Filter = TRUE
    hidden: Collection[str] = frozenset()


WHOLE = Right()
OPEN = Reach()


class Act:
    """What one person may do to one kind, for as long as one call of a desk takes.

    :param public: permissions that everybody has, without a scope.
    """

    __slots__ = ("_public", "_rights", "access", "description")

    def __init__(self, app: Flask, description: Description, public: frozenset[str]) -> None:
        self.access = find_access(app)
        self.description = description
        self._public = public
        self._rights: dict[str, Right | None] = {}

    def allows(self, verb: str) -> bool:
        """Tell whether the person may: to act on rows one must be able to read them (S29)."""
        if self.right(verb) is None:
            return False
        return verb in ("read", "create") or self.right("read") is not None

    def require(self, verb: str) -> None:
        """Raise the refusal of whoever may not."""
        if not self.allows(verb):
            lacking = verb if self.right(verb) is None else "read"
            raise self.access.refusal(f"{self.description.kind}.{lacking}")

    def right(self, verb: str, description: Description | None = None) -> Right | None:
        """Return the right to a verb on a kind, the desk's own if none is named, or None."""
        asked = description or self.description
        permission = f"{asked.kind}.{verb}"
        rights = self._rights
        if permission in rights:
            return rights[permission]
        found = rights[permission] = self._find(permission, asked)
        return found

    def sees(self, path: Path) -> bool:
        """Tell whether a path leads through nothing that this person may not read (S28, S54)."""
        for description, name in path.steps:
            right = self.right("read", description)
            if right is None or name in right.hidden:
                return False
        return not path.kinds or all(
            self.sees_kind(kind, whole=kind.kind in path.far) for kind in path.kinds
        )

    def sees_all(self) -> bool:
        """Tell whether all of this kind can be read, and all that it leads to."""
        if self.right("read") is not WHOLE or not self.description.open:
            return False
        return self._sees_neighbours()

    def is_unbarred(self, verb: str) -> bool:
        """Tell whether a verb surely reaches every field of the desk's own kind.

        Of who may not read the kind it is not sure: a relation may lead to a row of it.
        """
        right, reading = self.right(verb), self.right("read")
        if right is None or reading is None or right.hidden or reading.hidden:
            return False
        return self._sees_neighbours()

    def reach_along(self, plan: Plan) -> Reach | None:
        """Return what is read along a plan, or None where something on it may not be.

        It asks for the kinds of the plan, and for nothing else.
        """
        rights, open_ = self._rights, True
        for step in plan.steps:
            permission = step.permission
            if permission not in rights:
                rights[permission] = self._find(permission, step.description)
            right = rights[permission]
            if right is WHOLE:
                continue
            if right is None or not step.names.isdisjoint(right.hidden):
                return None
            if step.whole and right.scope != TRUE:
                return None
            open_ = False
        return plan.open if open_ else self.reach("read", plan.kinds)

    def sees_kind(self, description: Description, *, whole: bool = False) -> bool:
        """Tell whether a kind can be read.

        :param whole: all of its rows: where it is kept elsewhere, no store can
            hold a scope against them.
        """
        right = self.right("read", description)
        return right is not None and (not whole or right.scope == TRUE)

    def reads_all(self, kind: str) -> bool:
        """Tell whether all rows of another kind can be read; of a mere table nobody knows."""
        try:
            return self.sees_kind(self.description.resolve(kind), whole=True)
        except LookupError:
            return False

    def reach(self, verb: str, kinds: Collection[Description] = ()) -> Reach:
        """Return what the person may reach with a verb that is allowed.

        :param kinds: those that are seen through relations.
        """
        right = self.right(verb)
        reading = right if verb == "read" else self.right("read")
        row = right.scope if right is not None else TRUE
        if reading is not None and reading is not right:
            row = both(row, reading.scope)
        if not kinds:
            return OPEN if row is TRUE else Reach(row=row)
        return Reach(row=row, through=tuple([(each.kind, self._scope(each)) for each in kinds]))

    def refuse_row(self, verb: str) -> Problem:
        """Return the refusal of a row that can be read and not acted on (S56)."""
        if self.access.identity.kind == "nobody":
            return self.access.refusal(f"{self.description.kind}.{verb}")
        return Denied("You may see this, but not do that to it.")

    def sees_field(self, field: Field) -> bool:
        """Tell whether a field of the desk's own kind can be read, also a to-many one."""
        right = self.right("read")
        if right is None or field.name in right.hidden or not field.readable:
            return False
        return self.leads(field)

    def writes_field(self, verb: str, field: Field) -> bool:
        """Tell whether a verb reaches a field of the desk's own kind."""
        return field.name not in self.barred(verb) and self.leads(field)

    def barred(self, verb: str) -> Collection[str]:
        """Return the fields of the desk's own kind that a verb does not reach.

        What is hidden from reading is not written either: comparing would
        tell. A verb without the right to read, which a create may be, has no
        such bound.
        """
        right, reading = self.right(verb), self.right("read")
        if right is None:
            return self.description.by_name
        if reading is None or not reading.hidden:
            return right.hidden
        known = self.description.by_name
        unread = {name for name in reading.hidden if name in known and not known[name].write_only}
        return unread.union(right.hidden)

    def leads(self, field: Field) -> bool:
        """Tell whether a field leads to nothing that cannot be read."""
        if field.type != "relation":
            return True
        try:
            other = self.description.related(field.name)
        except LookupError:
            return False
        return self.sees_kind(other, whole=field.far)

    def _sees_neighbours(self) -> bool:
        try:
            neighbours = self.description.neighbours
        except LookupError:  # nobody keeps one of them
            return False
        return all(self.right("read", other) is WHOLE for other in neighbours)

    def _scope(self, description: Description) -> Filter:
        right = self.right("read", description)
        assert right is not None, description.kind  # paths were checked before
        return right.scope

    def _is_public(self, permission: str) -> bool:
        many = permission.rpartition(".")[0] + ".*"
        return not self._public.isdisjoint((permission, many, "*"))

    def _find(self, permission: str, description: Description) -> Right | None:
        if permission in self._public or (self._public and self._is_public(permission)):
            return WHOLE
        if not self.access.allows(permission):
            return None
        scope = self.access.scope(permission, description)
        hidden = self.access.hidden(permission, description)
        return Right(scope, frozenset(hidden)) if hidden or scope != TRUE else WHOLE


def both(*parts: Filter) -> Filter:
    """Return what holds where all of the parts hold, without those that always do."""
    telling: list[Filter] = []
    for part in parts:
        if part != TRUE and part not in telling:
            telling.append(part)
    return telling[0] if len(telling) == 1 else All(tuple(telling))


def narrow(reach: Reach, within: Filter) -> Reach:
    """Return a reach of those rows only for which a filter holds as well."""
    if within is TRUE:
        return reach
    return msgspec.structs.replace(reach, row=both(reach.row, within))
