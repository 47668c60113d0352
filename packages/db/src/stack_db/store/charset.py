"""Text of a column in the characters that its value is compared in."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Utf8(FunctionElement[str]):
    """A column as utf8mb4, which MariaDB's collations of that take only.

    Older tables are of utf8mb3 or latin1; where it is utf8mb4 this costs next
    to nothing.
    """

    name = "utf8"
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Utf8)
def _compile(element: Utf8, compiler: SQLCompiler, **named: Any) -> str:
    return f"CONVERT({compiler.process(element.clauses, **named)} USING utf8mb4)"
