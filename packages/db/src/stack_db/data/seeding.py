"""Rows that every installation of an application has, written as often as one likes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Index, Table, UniqueConstraint, inspect, select
from sqlalchemy.orm import Mapper, Session

from ..live_unique import IS_LIVE, LIVE

M = TypeVar("M")
Seed = Callable[["Seeder"], object]


class SeedError(ValueError):
    """A seed cannot be written twice alike; the message says what to write."""


class Counts(msgspec.Struct):
    """What one seed did."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


class Seeder:
    """Writes the rows of one seed.

    :param session: in whose transaction it writes; who runs the seed commits.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.counts = Counts()

    def ensure(self, model: type[M], by: Mapping[str, Any], **values: Any) -> M:
        """See to it that a row is there and has these values, and return its object.

        :param by: the values that tell which row it is: all of its primary key,
            or of a rule that makes them unique.
        :param values: the others, which an existing row takes on too.
        :raises SeedError: ``by`` does not tell one row from another.
        """
        mapper = inspect(model)
        _check(mapper, by)
        found = self.session.scalars(select(model).filter_by(**by)).one_or_none()
        if found is None:
            made = model(**by, **values)
            self.session.add(made)
            self.session.flush()
            self.counts.created += 1
            return made
        for name, value in values.items():
            setattr(found, name, value)
        if self.session.is_modified(found):
            self.session.flush()
            self.counts.changed += 1
        else:
            self.counts.unchanged += 1
        return found


class Seeds:
    """The seeds that are declared on one :class:`~stack_db.Database`, in their order."""

    def __init__(self) -> None:
        self._by_name: dict[str, Seed] = {}

    def add(self, seed: Seed) -> Seed:
        """Declare a seed; its name is the function's.

        :raises ValueError: there is one of that name.
        """
        name = seed.__name__
        earlier = self._by_name.get(name)
        if earlier is not None and earlier.__module__ != seed.__module__:
            raise ValueError(
                f"There are two seeds {name!r}, in {earlier.__module__} and {seed.__module__}."
                " Give one of the functions another name."
            )
        self._by_name[name] = seed
        return seed

    @property
    def by_name(self) -> Mapping[str, Seed]:
        """The seeds by name, in the order in which they were declared."""
        return self._by_name


def run(seed: Seed, session: Session) -> Counts:
    """Write one seed in one transaction: all of it or nothing."""
    seeder = Seeder(session)
    try:
        seed(seeder)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return seeder.counts


def _check(mapper: Mapper[Any], by: Mapping[str, Any]) -> None:
    given = {column for name in by for column in _columns(mapper, name)}
    if any(given >= unique for unique in _unique(mapper)):
        return
    shown = ", ".join(map(repr, by)) or "nothing"
    raise SeedError(
        f"{shown} does not tell one {mapper.class_.__name__} from another, so a second run could"
        " not find it again. Give the primary key, or what a unique rule of the model spans."
    )


def _columns(mapper: Mapper[Any], name: str) -> set[Any]:
    attribute = mapper.attrs.get(name)
    if attribute is None:
        raise SeedError(f"{mapper.class_.__name__} has no {name!r}. Correct the seed.")
    if name in mapper.relationships:
        return set(mapper.relationships[name].local_columns)
    return set(getattr(attribute, "columns", ()))


def _unique(mapper: Mapper[Any]) -> list[set[Any]]:
    found = [set(mapper.primary_key)]
    for table in mapper.tables:
        if not isinstance(table, Table):
            continue
        rules: list[UniqueConstraint | Index] = [
            rule for rule in table.constraints if isinstance(rule, UniqueConstraint)
        ]
        rules += [index for index in table.indexes if index.unique]
        found += [columns for rule in rules if (columns := _spanned(rule))]
    return found


def _spanned(rule: UniqueConstraint | Index) -> set[Any]:
    """Return what a rule makes unique; among rows that are not deleted, all that a seed sees."""
    live = LIVE in rule.info
    return {column for column in rule.columns if not (live and column.name == IS_LIVE)}
