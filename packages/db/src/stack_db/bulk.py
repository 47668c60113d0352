"""What one statement of a session has written to many rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_sqlalchemy.extension import SQLAlchemy
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql.elements import BindParameter

from .model.kinds import Kinds
from .telling import Action, is_told, pending


def tell_statement(database: SQLAlchemy, state: ORMExecuteState) -> Any:
    """Execute an ORM statement that writes, tell how many rows it was, and return its result.

    Which rows cannot be said as a filter, so nothing is said of that.
    """
    mapper, action = state.bind_mapper, _find_action(state)
    kind = None if mapper is None else Kinds.of(database).find(mapper.class_)
    if kind is None or action is None or not is_told(kind):
        return None
    new = {} if action == "delete" else _read_values(kind.mapper, state)
    result: Any = state.invoke_statement()
    if result.returns_rows:
        frozen = result.freeze()
        result, count = frozen(), len(frozen.data)
    else:
        count = result.rowcount
        if count < 0:
            count = len(state.parameters) if isinstance(state.parameters, list) else 0
    if count:
        telling = pending(state.session)
        telling.tell(kind, action, None, new=new, count=count)
    return result


def _find_action(state: ORMExecuteState) -> Action | None:
    if state.is_insert:
        return "create"
    if state.is_update:
        return "update"
    return "delete" if state.is_delete else None


def _read_values(mapper: Any, state: ORMExecuteState) -> Mapping[str, Any]:
    """Return the values that were written to every row alike; others by name, with None."""
    written: dict[str, Any] = {}
    statement: Any = state.statement
    for target, value in (getattr(statement, "_values", None) or {}).items():
        name = getattr(target, "key", target)
        written[name] = value.effective_value if isinstance(value, BindParameter) else None
    rows = state.parameters
    if isinstance(rows, list):
        written.update(dict.fromkeys((name for row in rows[:1] for name in row), None))
    elif isinstance(rows, Mapping):
        written.update(rows)
    return {_field(mapper, name): value for name, value in written.items()}


def _field(mapper: Any, name: str) -> str:
    column = mapper.local_table.columns.get(name)
    return name if column is None else str(mapper.get_property_by_column(column).key)
