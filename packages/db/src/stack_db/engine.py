"""Defaults of every engine: its pool, its time-outs, and what it does about faults."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy.engine import URL, Engine
from sqlalchemy.pool import Pool, QueuePool

from stack_core import SettingsError

from . import sqlite
from .behind import hint_at_upgrade
from .circuit import guard
from .liveness import ping_idle_connections
from .settings import DatabaseSettings
from .timeouts import CONNECT_TIMEOUT, limit_statements, network_limits
from .writes import note_writes

_settings: ContextVar[DatabaseSettings] = ContextVar("stack_db_settings")


@contextmanager
def using(settings: DatabaseSettings) -> Iterator[None]:
    """Make the engines that are created inside follow these settings.

    Flask-SQLAlchemy creates its engines inside ``init_app`` and hands the
    methods that we override nothing but its own options.
    """
    token = _settings.set(settings)
    try:
        yield
    finally:
        _settings.reset(token)


def set_defaults(options: dict[str, Any], url: URL, *, debug: bool) -> None:
    """Fill in what the application has not said about an engine.

    :param options: the engine's options, changed in place.
    :param debug: whether statements' values may be shown.
    :raises SettingsError: an option is of a type that nobody can use.
    """
    settings = _current()
    _check_types(options)
    if _is_queue(options, url):
        options.setdefault("pool_size", settings.pool_size)
        options.setdefault("max_overflow", settings.pool_overflow)
        options.setdefault("pool_timeout", settings.pool_timeout)
        options.setdefault("pool_recycle", settings.pool_recycle)
    hide = not debug if settings.hide_values is None else settings.hide_values
    options.setdefault("hide_parameters", hide)
    limits = network_limits(url, settings)
    options["connect_args"] = {**limits, **(options.get("connect_args") or {})}


def equip(engine: Engine, options: dict[str, Any]) -> None:
    """Give a new engine what it needs to live through faults of its database.

    A server's gets a circuit breaker, tests of its connections and a limit to
    the time of a statement; SQLite's gets its pragmas and its ``BEGIN``.

    :param options: the options that it was made from, as :func:`set_defaults` left them.
    """
    settings = _current()
    if engine.dialect.name == "sqlite":
        sqlite.equip(engine, settings, options)
    else:
        guard(engine, CONNECT_TIMEOUT.get(engine.dialect.driver, ""))
        if "pool_pre_ping" not in options:
            ping_idle_connections(engine, settings.ping_after)
        limit_statements(engine, settings.statement_timeout, options)
    note_writes(engine)
    hint_at_upgrade(engine)
    if not sqlite.is_memory(engine.url):
        leave_connections_to_parent(engine)


def explain_refusals(engine: Engine, key: str) -> None:
    """Make the engine say which setting has arguments that the driver has no use for.

    Drivers answer those with whatever they stumble over, when they connect first.

    :param key: the setting.
    """
    connect = engine.dialect.connect

    def explained(*positional: Any, **named: Any) -> Any:
        try:
            return connect(*positional, **named)
        except (TypeError, ValueError, AttributeError) as error:
            driver = engine.dialect.driver
            raise SettingsError(
                f"{key!r} has what the driver {driver!r} cannot use: {error}."
                " Correct what follows the '?' in the address, or 'connect_args'."
            ) from error

    # The dialect belongs to this engine alone.
    vars(engine.dialect)["connect"] = explained


def leave_connections_to_parent(engine: Engine) -> None:
    """Let a forked process open connections of its own.

    Two processes on one connection read each other's answers. It happens when
    a server loads an application that asks its database while it is loaded,
    and then forks its workers.
    """
    found, inherited = weakref.ref(engine), []

    def forget() -> None:
        here = found()
        if here is not None:
            # Neither used nor closed, as closing one says goodbye for the parent.
            inherited.append(here.pool)
            here.dispose(close=False)

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)


def _current() -> DatabaseSettings:
    return _settings.get(None) or DatabaseSettings()


def _check_types(options: Mapping[str, Any]) -> None:
    arguments, pool = options.get("connect_args") or {}, options.get("poolclass") or Pool
    if not isinstance(arguments, Mapping):
        wrong = f"'connect_args' is {type(arguments).__name__}, no mapping."
    elif not (isinstance(pool, type) and issubclass(pool, Pool)):
        wrong = f"'poolclass' is {pool!r}, no class of a pool."
    else:
        return
    raise SettingsError(f"{wrong} Correct SQLALCHEMY_ENGINE_OPTIONS or the mapping of the bind.")


def _is_queue(options: dict[str, Any], url: URL) -> bool:
    if options.get("pool") is not None:
        return False
    dialect: Any = url.get_dialect()
    pool: type[Pool] = options.get("poolclass") or dialect.get_pool_class(url)
    return issubclass(pool, QueuePool)
