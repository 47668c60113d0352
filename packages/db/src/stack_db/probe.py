"""Asking the databases whether they answer, without waiting for ever."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Thread

from sqlalchemy import text
from sqlalchemy.engine import Engine

from .sqlite import is_memory


class Probe:
    """The readiness probe of one application.

    A database behind a dead network may not answer for minutes, and a driver
    cannot be interrupted. So a thread asks, and only one at a time.

    :param timeout: seconds to wait for all databases together.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._asking: Thread | None = None

    def run(self, engines: Iterable[Engine]) -> None:
        """Ask every engine.

        :raises TimeoutError: there was no answer in time, or a former question
            is still open.
        :raises sqlalchemy.exc.SQLAlchemyError: a database refused.
        """
        if self._asking is not None and self._asking.is_alive():
            raise TimeoutError("The database has not answered the former probe yet.")
        errors: list[Exception] = []
        asked = [engine for engine in engines if not is_memory(engine.url)]
        self._asking = Thread(
            target=_ask, args=(asked, errors), name="stack-db-probe", daemon=True
        )
        self._asking.start()
        self._asking.join(self._timeout)
        if self._asking.is_alive():
            raise TimeoutError(f"The database has not answered within {self._timeout:g} seconds.")
        if errors:
            raise errors[0]


def _ask(engines: Iterable[Engine], errors: list[Exception]) -> None:
    try:
        for engine in engines:
            # To SQLite a constant says nothing about the file.
            question = "PRAGMA schema_version" if engine.dialect.name == "sqlite" else "SELECT 1"
            with engine.connect() as connection:
                connection.execute(text(question)).scalar_one()
    except Exception as error:
        errors.append(error)
