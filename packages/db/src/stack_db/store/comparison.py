"""Comparing a column with a value so that every database answers alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Enum, String, and_, collate, false, or_, tuple_
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeEngine

from stack_core.filter import Operator

from .charset import Utf8
from .outline import ESCAPE, parameter

Columns = Sequence[ColumnElement[Any]]
"""The columns of one value: of a composite key there are several."""
Parameters = Sequence[BindParameter[Any]]

_MARIADB_EXACT = "utf8mb4_nopad_bin"
_MARIADB_CASELESS = "utf8mb4_general_ci"


class Comparison:
    """How one database compares.

    ``eq`` and ``in`` compare exactly, whatever a column's collation says;
    ``contains`` and ``starts`` without case. The rest follows the column.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.name = "mysql" if dialect.name == "mariadb" else dialect.name

    def compare(
        self, columns: Columns, op: Operator, parameters: Parameters
    ) -> ColumnElement[bool]:
        """Return the condition that a value compares with another; never for ``null``."""
        if op == "eq":
            return and_(*(self.equal(*pair) for pair in zip(columns, parameters, strict=True)))
        if op == "in":
            return self._contained(columns, parameters)
        if op == "contains":
            return self.contains(columns[0], parameters[0])
        if op == "starts":
            return self.starts(columns[0], parameters[0])
        return order_compare(columns, op, parameters)

    def equal(self, column: ColumnElement[Any], bound: BindParameter[Any]) -> ColumnElement[bool]:
        """Return the condition that a value is exactly another."""
        exact = self._exact(column)
        same = column == bound
        # The first part can use the column's index, the second decides.
        return same if exact is None else and_(same, exact == bound)

    def contains(
        self, column: ColumnElement[Any], bound: BindParameter[Any]
    ) -> ColumnElement[bool]:
        """Return the condition that text is like a pattern, without case.

        On MariaDB it compares in the collation of the index for searches.
        """
        if self.name == "postgresql":
            return column.ilike(bound, escape=ESCAPE)
        if self.name == "mysql":
            column = collate(Utf8(column), _MARIADB_CASELESS)
        return column.like(bound, escape=ESCAPE)

    def starts(self, column: ColumnElement[Any], bound: BindParameter[Any]) -> ColumnElement[bool]:
        """Return the condition that text begins like a pattern, without case.

        An index of the column serves it on MariaDB if the column's own
        collation is known to be without case.
        """
        collation = getattr(self._kind(column), "collation", None) or ""
        if self.name == "mysql" and collation.endswith("_ci"):
            return column.like(bound, escape=ESCAPE)
        return self.contains(column, bound)

    def exact(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a column whose equal values are exactly the same."""
        exactly = self._exact(column)
        return column if exactly is None else exactly

    def _contained(self, columns: Columns, parameters: Parameters) -> ColumnElement[bool]:
        found: ColumnElement[bool] = join(columns).in_(parameters[0])
        if all(self._exact(column) is None for column in columns):
            return found
        closer = join([self.exact(column) for column in columns])
        return and_(found, closer.in_(parameters[-1]))

    def _exact(self, column: ColumnElement[Any]) -> ColumnElement[Any] | None:
        """Return a column as it is compared exactly, or None where it is anyway."""
        kind = self._kind(column)
        if not isinstance(kind, String) or isinstance(kind, Enum):
            return None
        if self.name == "mysql":
            # Without it 'a' is 'A', and 'a' with a blank; unlike a cast it keeps the index in use.
            return collate(Utf8(column), _MARIADB_EXACT)
        if not getattr(kind, "collation", None):
            return None
        return collate(column, "BINARY" if self.name == "sqlite" else "C")

    def _kind(self, column: ColumnElement[Any]) -> TypeEngine[Any]:
        """Return a column's type as this database has it."""
        implementation = column.type.dialect_impl(self.dialect)
        found: TypeEngine[Any] = getattr(implementation, "impl_instance", implementation)
        return found


def join(columns: Columns) -> Any:
    """Return the columns of one value as one."""
    return columns[0] if len(columns) == 1 else tuple_(*columns)


def list_parameters(columns: Columns, names: Sequence[str]) -> Parameters:
    """Return the parameters for a list of values that are compared with columns.

    :param names: of a value of several columns two: SQLAlchemy before 2.0.58 cannot expand
        one list of those in two places.
    """
    return [parameter(name, join(columns).type, many=True) for name in names]


def order_compare(columns: Columns, op: Operator, parameters: Parameters) -> ColumnElement[bool]:
    """Return how several columns compare with several values, the first that differ deciding."""
    (first, *others), (bound, *rest) = columns, parameters
    if not others:
        return _by_operator(first, op, bound)
    strict: Operator = "lt" if op in ("lt", "le") else "gt"
    later = and_(first == bound, order_compare(others, op, rest))
    return or_(_by_operator(first, strict, bound), later)


def _by_operator(
    column: ColumnElement[Any], op: Operator, bound: BindParameter[Any]
) -> ColumnElement[bool]:
    match op:
        case "lt":
            return column < bound
        case "le":
            return column <= bound
        case "gt":
            return column > bound
        case "ge":
            return column >= bound
    return false()
