"""The settings of db: its own ``DB_…`` and Flask-SQLAlchemy's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Flask

from stack_core import Settings, setting

SECONDS_OF_A_DAY = 86_400


class DatabaseSettings(Settings, frozen=True, kw_only=True):
    """The settings of db.

    What stands in ``SQLALCHEMY_ENGINE_OPTIONS``, in a bind's own mapping or in
    the address wins over every ``DB_…`` setting.
    """

    url: Annotated[
        Any,
        setting("The database's address.", key="SQLALCHEMY_DATABASE_URI", secret=True),
    ] = None
    binds: Annotated[
        Any,
        setting(
            "More databases: a mapping of name to address.", key="SQLALCHEMY_BINDS", secret=True
        ),
    ] = None
    engine_options: Annotated[
        Any,
        setting(
            "Arguments of create_engine, as a mapping.",
            key="SQLALCHEMY_ENGINE_OPTIONS",
            secret=True,
        ),
    ] = None
    echo: Annotated[
        bool | Literal["debug"] | None,
        setting("Write every statement to the log.", key="SQLALCHEMY_ECHO"),
    ] = False
    record_queries: Annotated[
        bool | None,
        setting("Keep the statements of a request in memory.", key="SQLALCHEMY_RECORD_QUERIES"),
    ] = False
    track_modifications: Annotated[
        bool | None,
        setting("Send Flask-SQLAlchemy's signals.", key="SQLALCHEMY_TRACK_MODIFICATIONS"),
    ] = False

    pool_size: Annotated[
        int, setting("How many connections each process keeps open.", ge=1, le=1000)
    ] = 5
    pool_overflow: Annotated[
        int, setting("How many more each process may open for a while.", ge=0, le=1000)
    ] = 10
    pool_timeout: Annotated[
        int, setting("Seconds to wait for a free connection before answering 503.", ge=0, le=600)
    ] = 3
    pool_recycle: Annotated[
        int,
        setting(
            "Seconds after which a connection is replaced; -1: never.", ge=-1, le=SECONDS_OF_A_DAY
        ),
    ] = 7200
    reader_pool_size: Annotated[
        int,
        setting(
            "How many more connections each process keeps for reads that stand alone;"
            " 0: they share the others.",
            ge=0,
            le=1000,
        ),
    ] = 5
    reader_pool_overflow: Annotated[
        int,
        setting("How many more of these each process may open for a while.", ge=0, le=1000),
    ] = 10
    ping_after: Annotated[
        float,
        setting(
            "Seconds of idleness after which a connection is tested before its use.",
            ge=0,
            le=SECONDS_OF_A_DAY,
        ),
    ] = 10.0
    connect_timeout: Annotated[
        int, setting("Seconds to wait for the database server to accept.", ge=1, le=600)
    ] = 5
    statement_timeout: Annotated[
        float,
        setting(
            "Seconds that a server may work on one statement of a request before it is"
            " answered with 503; 0: the server's own limit.",
            ge=0,
            le=SECONDS_OF_A_DAY,
        ),
    ] = 20.0
    probe_timeout: Annotated[
        float, setting("Seconds that the readiness probe waits for an answer.", ge=0.1, le=60)
    ] = 3.0
    retry_after: Annotated[
        int, setting("Seconds that a 503 asks a client to wait.", ge=1, le=3600)
    ] = 2
    hide_values: Annotated[
        bool | None,
        setting(
            "Leave the values of statements out of errors and logs;"
            " unset: unless in debug or testing."
        ),
    ] = None
    nplusone: Annotated[
        Literal["off", "warn", "raise"] | None,
        setting(
            "What to do where rows are loaded one by one that could be loaded together;"
            " unset: warn in debug and testing, off otherwise."
        ),
    ] = None
    search_rows: Annotated[
        int,
        setting(
            "How many rows a search reads where no index serves it; the page says so.",
            ge=1,
            le=1_000_000_000,
        ),
    ] = 100_000
    migrations: Annotated[str, setting("The folder of the migrations.")] = "migrations"

    sqlite_journal: Annotated[
        Literal["wal", "delete", "truncate", "persist", "memory", "off"],
        setting("SQLite's journal; with wal, readers and a writer do not block each other."),
    ] = "wal"
    sqlite_synchronous: Annotated[
        Literal["off", "normal", "full", "extra"],
        setting("How often SQLite waits for the disk; normal is safe with wal."),
    ] = "normal"
    sqlite_foreign_keys: Annotated[bool, setting("Let SQLite enforce foreign keys.")] = True
    sqlite_busy_timeout: Annotated[
        float,
        setting("Seconds to wait for SQLite's write lock before answering 503.", ge=0, le=600),
    ] = 5.0
    sqlite_begin: Annotated[
        Literal["request", "immediate", "deferred", "driver"],
        setting(
            "When SQLite takes the write lock: request, at once for unsafe HTTP methods;"
            " immediate, always at once; deferred, at the first write;"
            " driver, no explicit BEGIN at all."
        ),
    ] = "request"


def find_mode(app: Flask, settings: DatabaseSettings) -> Literal["off", "warn", "raise"]:
    """Return what an application does about rows that are loaded one by one."""
    return settings.nplusone or ("warn" if app.debug or app.testing else "off")
