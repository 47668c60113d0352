"""How many rows there are: counted, counted up to a bound, or estimated."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.compiler import SQLCompiler

from stack_core.query import Total


class Explain(Executable, ClauseElement):
    """PostgreSQL's plan of a statement, with the very values that it would be run with."""

    inherit_cache = False

    def __init__(self, statement: Any) -> None:
        self.statement = statement


@compiles(Explain)
def _compile(element: Explain, compiler: SQLCompiler, **named: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **named)}"


def read_estimate(plan: Any) -> Total:
    """Return what a plan expects."""
    found = json.loads(plan) if isinstance(plan, str) else plan
    return Total(int(found[0]["Plan"]["Plan Rows"]), "estimate")


def read_capped(count: int, cap: int) -> Total:
    """Return what a count up to one more than the cap says."""
    return Total(cap, "capped") if count > cap else Total(count)
