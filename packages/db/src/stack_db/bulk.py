"""What one statement of a session has written to many rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_sqlalchemy.extension import SQLAlchemy
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql.elements import BindParameter

from .draft import Action
from .model.kind import Kind
from .model.kinds import Kinds
from .telling import is_told, pending


def tell_statement(database: SQLAlchemy, state: ORMExecuteState) -> Any:
    """Execute an ORM statement that writes, tell how many rows it was, and return its result.

    Which rows cannot be said as a filter, so nothing is said of that.
    """
    mapper, action = state.bind_mapper, _find_action(state)
    kind = None if mapper is None else Kinds.of(database).find(mapper.class_)
    if kind is None or action is None or not is_told(kind):
        return None
    new = {} if action == "delete" else _read_values(kind, state)
    state.update_execution_options(preserve_rowcount=True)
    result: Any = state.invoke_statement()
    if getattr(state.statement, "_returning", ()):
        frozen = result.freeze()
        result, count = frozen(), len(frozen.data)
    else:
        count = _count(state, result)
    if count:
        pending(state.session).tell(kind, action, None, new=new, count=count)
    return result


def _count(state: ORMExecuteState, result: Any) -> int:
    """Return how many rows a statement wrote that returns none."""
    if state.parameters and (state.is_insert or isinstance(state.parameters, list)):
        return len(state.parameters) if isinstance(state.parameters, list) else 1
    rows = getattr(state.statement, "_multi_values", ())
    return len(rows[0]) if rows else max(getattr(result, "rowcount", 0), 0)


def _find_action(state: ORMExecuteState) -> Action | None:
    if state.is_insert:
        return "create"
    if state.is_update:
        return "update"
    return "delete" if state.is_delete else None


def _read_values(kind: Kind, state: ORMExecuteState) -> Mapping[str, Any]:
    """Return the values that were written to every row alike; others by name, with None."""
    written: dict[str, Any] = {}
    statement: Any = state.statement
    for target, value in (getattr(statement, "_values", None) or {}).items():
        name = getattr(target, "key", target)
        written[name] = value.effective_value if isinstance(value, BindParameter) else None
    rows = state.parameters
    for many in getattr(statement, "_multi_values", ()):
        written.update((getattr(each, "key", each), None) for each in many[0])
    if isinstance(rows, list):
        written.update((str(name), None) for row in rows[:1] for name in row)
    elif isinstance(rows, Mapping):
        written.update(rows)
    return {_name_field(kind, name): value for name, value in written.items()}


def _name_field(kind: Kind, name: str) -> str:
    """Return the field of an attribute or a column: of a foreign key, its relation."""
    column = kind.mapper.local_table.columns.get(name)
    if column is not None and name not in kind.mapper.column_attrs:
        name = str(kind.mapper.get_property_by_column(column).key)
    for field in kind.description.fields:
        if field.local == (name,):
            return field.name
    return name
