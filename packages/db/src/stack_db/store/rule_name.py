"""Which columns the rules of a table are about, by the rules' names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    inspect,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.visitors import iterate

from .placement import Placement

PRIMARY = "PRIMARY"
"""What MariaDB calls every primary key."""


class RuleNames:
    """Which columns the rules of a kind's table are about.

    The model is asked first. Rules that it gives no name, and those that only
    the database has, are looked up there, once, when one of them is broken.
    """

    def __init__(self, placement: Placement, dialect: Dialect) -> None:
        self._placement = placement
        self._known = dict(self._declared(dialect))
        self._asked = False

    def find(self, name: str, connection: Connection) -> tuple[str, ...]:
        """Return the names of the columns; none if nobody knows the rule."""
        if name == PRIMARY:
            return tuple(column.name for column in self._placement.key)
        if name not in self._known and not self._asked:
            self._known = {**dict(self._kept(connection)), **self._known}
            self._asked = True
        if name in self._known:
            return self._known[name]
        # SQLite names a rule without a name by its own text.
        return self._placement.named_in(name)

    def _declared(self, dialect: Dialect) -> Iterator[tuple[str, tuple[str, ...]]]:
        table = self._placement.table
        rules: list[Any] = [*table.constraints, *table.indexes]
        for rule in rules:
            if rule.name is None:
                continue
            written = dialect.identifier_preparer.format_constraint(rule)
            if written:
                yield written.strip('"`[]'), tuple(self._columns(rule))

    def _columns(self, rule: Any) -> Iterable[str]:
        if isinstance(rule, Index):
            return dict.fromkeys(
                name for each in rule.expressions for name in self._of_expression(each)
            )
        if isinstance(rule, CheckConstraint):
            named = [column.name for column in rule.columns]
            return named or self._placement.named_in(str(rule.sqltext))
        if isinstance(rule, UniqueConstraint | PrimaryKeyConstraint | ForeignKeyConstraint):
            return [column.name for column in rule.columns]
        # PostgreSQL's ExcludeConstraint.
        return [column.name for column in getattr(rule, "columns", ())]

    def _of_expression(self, expression: str | ColumnElement[Any]) -> Iterable[str]:
        if isinstance(expression, str):
            return self._placement.named_in(expression)
        named = [each.name for each in iterate(expression) if isinstance(each, Column)]
        return named or self._placement.named_in(str(expression))

    def _kept(self, connection: Connection) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield what the database itself says about its rules."""
        table, seen = self._placement.table, inspect(connection)
        place: dict[str, Any] = {"table_name": table.name, "schema": table.schema}
        primary = seen.get_pk_constraint(**place)
        keyed: list[Any] = [
            primary,
            *seen.get_unique_constraints(**place),
            *seen.get_foreign_keys(**place),
        ]
        for each in keyed:
            columns = each.get("column_names") or each.get("constrained_columns") or ()
            yield str(each.get("name")), tuple(columns)
        for index in seen.get_indexes(**place):
            spelt = index.get("expressions") or index["column_names"]
            yield str(index["name"]), self._placement.named_in(" ".join(map(str, spelt)))
        for check in seen.get_check_constraints(**place):
            yield str(check["name"]), self._placement.named_in(check["sqltext"])
