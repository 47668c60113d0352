"""The two warnings about revisions: what was there cannot stay, or goes."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script.base import Script
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError


@dataclass(frozen=True)
class Loss:
    """What a revision does to rows that exist.

    :param kind: ``add`` or ``alter`` a column that may not be empty, or ``drop`` one or a table.
    :param table: empty where the revision works it out.
    :param column: empty for a table, and where the revision works it out.
    """

    kind: str
    table: str
    column: str = ""
    whole: bool = False

    @property
    def what(self) -> str:
        """The table or column as it is called in a sentence."""
        if self.whole:
            return f"table {self.table!r}" if self.table else "a table"
        return f"column '{self.table or '?'}.{self.column or '?'}'"


def find_losses(source: str) -> Iterator[Loss]:
    """Yield what the ``upgrade`` of a revision does to rows that exist, once each.

    It is read, not run: a revision may ask the database for anything.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    seen: set[Loss] = set()
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.name.startswith("upgrade"):
            made = {_text(call, 0, "table_name") for call in _calls(function, "create_table")}
            for loss in _find(function):
                if loss not in seen and (not loss.table or loss.table not in made):
                    seen.add(loss)
                    yield loss


def warn_of_losses(scripts: Iterable[Script], context: MigrationContext | None) -> None:
    """Print a warning for each loss.

    :param context: where the revisions are about to be run: rows that are not there lose nothing;
        None for a revision that was written just now.
    """
    for script in scripts:
        path = Path(script.path)
        if path.suffix != ".py":
            continue
        for loss in find_losses(path.read_text("utf-8", "replace")):
            if context is None or context.as_sql or _has_rows(context.connection, loss):
                sys.stdout.flush()  # Alembic has not ended its line
                click.secho(f"Warning: {explain(script.revision, loss)}", fg="yellow", err=True)


def explain(revision: str, loss: Loss) -> str:
    """Say what happens to the rows, and what to write instead."""
    table = repr(loss.table) if loss.table else "the table"
    if loss.kind == "add":
        return (
            f"{revision} adds {loss.what}, NOT NULL without a default: SQLite and PostgreSQL"
            f" refuse that while {table} has rows, and MariaDB fills them with 0 or ''. Give it a"
            " server_default, or add it nullable, fill it, and make it NOT NULL in a later"
            " revision."
        )
    if loss.kind == "alter":
        return (
            f"{revision} makes {loss.what} NOT NULL: the databases refuse that while a row of"
            f" {table} has no value there. Fill it before, in the same revision:"
            ' op.execute("UPDATE … SET … WHERE … IS NULL").'
        )
    renamed = (
        "op.rename_table('old', 'new')"
        if loss.whole
        else "op.alter_column('table', 'old', new_column_name='new')"
    )
    values = "all of its rows are" if loss.whole else "its value in every row is"
    return (
        f"{revision} drops {loss.what}: {values} gone for good, and a downgrade brings it back"
        f" empty. If it was renamed, write {renamed} in place of the drop and the new one;"
        " otherwise copy first what is still needed."
    )


def _has_rows(connection: Connection | None, loss: Loss) -> bool:
    """Tell whether rows are there to lose; where the table is not known, they may be."""
    if connection is None or not loss.table:
        return True
    table = sa.table(loss.table, sa.column(loss.column or "id"))
    question = sa.select(sa.literal(1)).select_from(table).limit(1)
    if loss.kind == "alter" and loss.column:
        question = question.where(table.c[loss.column].is_(None))
    try:
        if not sa.inspect(connection).has_table(loss.table):
            return False
        with connection.begin_nested():
            return connection.execute(question).first() is not None
    except SQLAlchemyError:
        return True


def _find(function: ast.FunctionDef) -> Iterator[Loss]:
    tables = dict(_batches(function))
    for call in _calls(function, "add_column"):
        table, at = _table_of(call, tables)
        column = _argument(call, at, "column")
        if isinstance(column, ast.Call) and _is_mandatory(column):
            yield Loss("add", table, _text(column, 0, "name"))
    for call in _calls(function, "alter_column"):
        table, at = _table_of(call, tables)
        nullable = _argument(call, 99, "nullable")
        if isinstance(nullable, ast.Constant) and nullable.value is False:
            was = _argument(call, 99, "existing_nullable")
            if not (isinstance(was, ast.Constant) and was.value is False):
                yield Loss("alter", table, _text(call, at, "column_name"))
    for call in _calls(function, "drop_column"):
        table, at = _table_of(call, tables)
        yield Loss("drop", table, _text(call, at, "column_name"))
    for call in _calls(function, "drop_table"):
        yield Loss("drop", _text(call, 0, "table_name"), whole=True)


def _is_mandatory(column: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in column.keywords}
    nullable = given.get("nullable")
    fills = any(
        isinstance(node, ast.Call) and _name(node) in ("Computed", "Identity")
        for node in ast.walk(column)
    )
    mandatory = isinstance(nullable, ast.Constant) and nullable.value is False
    return mandatory and not fills and "server_default" not in given


def _calls(function: ast.FunctionDef, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _name(node) == name:
            yield node


def _name(call: ast.Call) -> str:
    function = call.func
    return str(getattr(function, "attr", None) or getattr(function, "id", ""))


def _batches(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Yield variables and tables of ``with op.batch_alter_table("book") as batch_op``."""
    for node in ast.walk(function):
        for item in node.items if isinstance(node, ast.With) else ():
            call, variable = item.context_expr, item.optional_vars
            if not isinstance(variable, ast.Name) or not isinstance(call, ast.Call):
                continue
            if _name(call) == "batch_alter_table":
                yield variable.id, _text(call, 0, "table_name")


def _table_of(call: ast.Call, batches: Mapping[str, str]) -> tuple[str, int]:
    """Return the table of a call, and where its column stands: a batch knows its table."""
    owner = getattr(getattr(call.func, "value", None), "id", "")
    if owner in batches:
        return batches[owner], 0
    return _text(call, 0, "table_name"), 1


def _argument(call: ast.Call, place: int, name: str) -> Any:
    if place < len(call.args):
        return call.args[place]
    return next((k.value for k in call.keywords if k.arg == name), None)


def _text(call: ast.Call, place: int, name: str) -> str:
    """Return an argument that is written as text; empty: it is worked out."""
    value = _argument(call, place, name)
    if isinstance(value, ast.Call) and value.args:
        value = value.args[0]  # op.f('…')
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
