"""Finding rows that are loaded one by one although they could be loaded together.

A page that shows fifty orders and for each of them its customer sends one
statement for the orders and fifty for the customers. This module is imported
where that is looked for, which is never in production.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from flask import current_app, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState

from .place import Place, locate
from .settings import DatabaseSettings, find_mode

_SEEN = "stack_loaded_one_by_one"
_TOGETHER = 2
"""So many objects of one result are enough: they were loaded together."""
_APART = 3
"""So many objects that nobody loaded together make a loop."""


class NPlusOneWarning(UserWarning):
    """Rows are loaded one by one that could be loaded together."""


class NPlusOneError(RuntimeError):
    """The same, where ``DB_NPLUSONE`` is ``raise``.

    :param attribute: what was loaded, such as ``Order.customer``.
    :param place: the line that asked for it, as ``file:line``.
    """

    def __init__(self, message: str, *, attribute: str, place: str) -> None:
        super().__init__(message)
        self.attribute = attribute
        self.place = place


@dataclass
class _Loads:
    """What one line has loaded of one attribute."""

    objects: set[Any] = field(default_factory=set)
    results: dict[int, int] = field(default_factory=dict)
    told: bool = False

    def add(self, state: Any) -> bool:
        """Note an object, and tell whether that makes it one by one."""
        if state.key in self.objects:
            return False
        self.objects.add(state.key)
        # The number of the result that an object was last in.
        result = getattr(state, "runid", None)
        if result is not None:
            self.results[result] = self.results.get(result, 0) + 1
        together = max(self.results.values(), default=0)
        return together >= _TOGETHER or len(self.objects) >= _APART


@dataclass(frozen=True)
class _Load:
    """One statement for one object: of which attribute, and why it was sent."""

    attribute: str
    why: Literal["relationship", "deferred", "expired"]
    state: Any

    @property
    def cure(self) -> str:
        """What to write instead."""
        model = self.attribute.partition(".")[0]
        if self.why == "relationship":
            return (
                f"Load it with the rows: select({model}).options(selectinload({self.attribute}));"
                f" lazy='raise' on the relationship forbids it everywhere."
            )
        if self.why == "deferred":
            return f"Load it with the rows: select({model}).options(undefer({self.attribute}))."
        return (
            f"A commit or rollback has expired the objects: read what is needed before it,"
            f" or select({model}) again in one statement."
        )


def detect(session: Any) -> None:
    """Let the sessions of an application look for it.

    :param session: the scoped session or factory of the application.
    """
    if not event.contains(session, "do_orm_execute", _note):
        event.listen(session, "do_orm_execute", _note)


def _note(execution: ORMExecuteState) -> None:
    if getattr(execution.session, "_flushing", False):
        return  # the unit of work looks for what it deletes too, and nobody can do that for it
    load = _find_load(execution)
    if load is None or load.state.key is None:
        return
    place = locate()
    if place is None:
        return
    seen: dict[Any, _Loads] = execution.session.info.setdefault(_SEEN, {})
    loads = seen.setdefault((load.attribute, place), _Loads())
    if loads.add(load.state) and not loads.told:
        loads.told = True
        _tell(load, place, len(loads.objects))


def _find_load(execution: ORMExecuteState) -> _Load | None:
    if not (execution.is_select and execution.is_orm_statement):
        return None
    parent = execution.lazy_loaded_from
    if parent is not None:
        path = execution.loader_strategy_path
        prop: Any = path[1] if path is not None and len(path) > 1 else None
        if prop is None:
            return None
        return _Load(f"{parent.mapper.class_.__name__}.{prop.key}", "relationship", parent)
    return _find_column_load(execution) if execution.is_column_load else None


def _find_column_load(execution: ORMExecuteState) -> _Load | None:
    """Return which columns of an object are read again, unless somebody asked for that.

    SQLAlchemy says which object it is in its options only, which are not public.
    """
    options: Any = execution.load_options
    state = getattr(options, "_refresh_state", None)
    if state is None or getattr(options, "_is_user_refresh", False):
        return None
    compiling = getattr(execution.statement, "_compile_options", None)
    only = getattr(compiling, "_only_load_props", None) or ()
    model = state.mapper.class_.__name__
    expired = state.expired or state.expired_attributes
    columns = state.mapper.column_attrs
    deferred = sorted(name for name in only if name in columns and columns[name].deferred)
    if deferred and not (set(only) & set(state.expired_attributes)):
        return _Load(f"{model}.{deferred[0]}", "deferred", state)
    return _Load(model, "expired", state) if expired else None


def _tell(load: _Load, place: Place, number: int) -> None:
    shown = place.shorten(_find_root())
    message = (
        f"N+1: {load.attribute} is loaded one by one at {shown}, already for {number} objects."
        f" {load.cure}"
    )
    mode = _find_mode()
    if mode == "raise":
        raise NPlusOneError(message, attribute=load.attribute, place=shown)
    if mode == "off":
        return
    if has_app_context() and not current_app.testing:
        current_app.logger.warning(message)
    elif has_app_context():
        warnings.warn_explicit(message, NPlusOneWarning, place.file, place.line)
    else:
        logging.getLogger(__name__).warning(message)


def _find_mode() -> Literal["off", "warn", "raise"]:
    """Return the mode of the application at hand; two may share one database."""
    if not has_app_context():
        return "warn"
    registry = current_app.extensions.get("stack", {})
    if "db" not in registry:
        return "off"
    settings: DatabaseSettings = registry["db"].state.settings
    return find_mode(current_app, settings)


def _find_root() -> Path:
    return Path(current_app.root_path) if has_app_context() else Path.cwd()
