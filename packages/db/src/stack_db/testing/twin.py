"""The databases of tests: each is made for one of the application's, and never is that one."""

from __future__ import annotations

import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakSet

from sqlalchemy.engine import URL, Dialect

_LONGEST = 63
_FILES = ("", "-wal", "-shm", "-journal")


class TwinError(RuntimeError):
    """The database of the tests cannot be made; the message says what to do."""


class Twin(ABC):
    """The tests' own database beside one of the application's.

    It is made when something connects first, and dropped at the end of the
    session.

    :param origin: the address of the application's.
    :param url: its own address.
    """

    def __init__(self, origin: URL, url: URL) -> None:
        self.url = url
        self.soiled = False
        """Whether something is in it that no rollback will undo."""
        self.described: WeakSet[Any] = WeakSet()
        """The ``SQLAlchemy`` instances whose tables it has."""
        self._origin = origin
        self._made = False
        self._refusal: TwinError | None = None

    def connect(self, dialect: Dialect, arguments: Mapping[str, Any]) -> Any:
        """Return a new connection of the driver.

        :param arguments: how the application's own connections are made.
        :raises TwinError: the database cannot be made; the same error each time.
        """
        if self._refusal is not None:
            raise self._refusal
        if not self._made:
            try:
                self.make(dialect, arguments)
            except TwinError as error:
                self._refusal = error
                raise
            self._made = True
        return self.reach(dialect, arguments, self.url)

    def reach(self, dialect: Dialect, arguments: Mapping[str, Any], url: URL) -> Any:
        """Connect to an address as the application does, save for what the address says."""
        _, replaced = dialect.create_connect_args(self._origin)
        kept = {name: value for name, value in arguments.items() if name not in replaced}
        positional, named = dialect.create_connect_args(url)
        return dialect.connect(*positional, **{**kept, **named})

    def discard(self) -> None:
        """Drop the database if it was made; the next connection makes it anew."""
        if self._made:
            self.drop()
        self._made = self.soiled = False
        self.described.clear()

    @abstractmethod
    def make(self, dialect: Dialect, arguments: Mapping[str, Any]) -> None:
        """Make the database, empty."""

    @abstractmethod
    def drop(self) -> None:
        """Remove the database."""

    def close(self) -> None:
        """Remove everything at the end of the session."""
        self.discard()


class FileTwin(Twin):
    """A SQLite file in a temporary folder of its own."""

    def __init__(self, origin: URL) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="stack-db-"))
        file = self._folder / "test.sqlite"
        super().__init__(origin, URL.create(origin.drivername, database=str(file)))

    def make(self, dialect: Dialect, arguments: Mapping[str, Any]) -> None:
        """Do nothing: SQLite makes the file."""

    def drop(self) -> None:
        """Remove the file and those that SQLite puts beside it."""
        for ending in _FILES:
            Path(f"{self.url.database}{ending}").unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the folder."""
        super().close()
        shutil.rmtree(self._folder, ignore_errors=True)


class ServerTwin(Twin):
    """A database ``test_<name>`` on the application's server.

    A lock on the server keeps two runs from using it at the same time.
    """

    home: ClassVar[str | None]
    """The database to be connected to while another one is made."""
    lock: ClassVar[str]
    """The statement that takes a lock of a name, or says that it cannot."""
    find: ClassVar[str]
    """The statement that looks for a database of a name and says whether it is marked."""
    mark: ClassVar[str]
    """The statement that marks a database as ours."""

    def __init__(self, origin: URL) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        ending = f"_{worker}" if worker else ""
        name = f"test_{origin.database}"[: _LONGEST - len(ending)] + ending
        super().__init__(origin, origin.set(database=name))
        self._server: Any = None
        self._dialect: Any = None

    def make(self, dialect: Dialect, arguments: Mapping[str, Any]) -> None:
        """Make the database; one that an interrupted run has left is replaced.

        :raises TwinError: the server cannot be reached or refuses, another run
            uses the database, or it is not one of ours.
        """
        self._dialect = dialect
        with self._explained():
            if self._server is None:
                self._server = self.reach(dialect, arguments, _move(self.url, self.home))
                dialect.set_isolation_level(self._server, "AUTOCOMMIT")
            self._take_lock()
            self._replace()

    def drop(self) -> None:
        """Drop the database.

        :raises TwinError: something is still connected to it.
        """
        with self._explained():
            self._execute(f"DROP DATABASE {self._quoted()}")

    def close(self) -> None:
        """Drop the database and leave the server."""
        try:
            super().close()
        finally:
            if self._server is not None:
                self._server.close()

    def _quoted(self) -> str:
        return str(self._dialect.identifier_preparer.quote_identifier(self.url.database))

    def _take_lock(self) -> None:
        (taken,) = self._execute(self.lock, self.url.database)
        if not taken:
            raise TwinError(
                f"Another run of tests uses the database {self.url.database!r}."
                " Wait for its end, or point this one at another database."
            )

    def _replace(self) -> None:
        name = self._quoted()
        found = self._execute(self.find, self.url.database)
        if found is not None:
            (marked,) = found
            if not marked:
                raise TwinError(
                    f"The database {self.url.database!r} exists and was not made by tests."
                    " Rename it: the tests' database of that name is dropped at their end."
                )
            self._execute(f"DROP DATABASE {name}")
        self._execute(f"CREATE DATABASE {name}")
        self._execute(self.mark.format(name))

    def _execute(self, statement: str, *values: object) -> Any:
        cursor = self._server.cursor()
        try:
            cursor.execute(statement, values)
            return cursor.fetchone() if cursor.description else None
        finally:
            cursor.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self._dialect.loaded_dbapi.Error as error:
            shown = self.url.render_as_string(hide_password=True)
            reason = str(error).partition("\n")[0].rstrip(".")
            raise TwinError(
                f"The database of the tests, {shown!r}, cannot be made or dropped: {reason}."
                " Start the server, and give its user the right to create databases."
            ) from None


class PostgresTwin(ServerTwin):
    """On PostgreSQL; its mark is the comment on the database."""

    home = "postgres"
    lock = "SELECT pg_try_advisory_lock(hashtext(%s))"
    find = (
        "SELECT coalesce(shobj_description(oid, 'pg_database'), '') = 'made by stack_db.testing'"
        " FROM pg_database WHERE datname = %s"
    )
    mark = "COMMENT ON DATABASE {} IS 'made by stack_db.testing'"


class MariaTwin(ServerTwin):
    """On MariaDB or MySQL; its mark is a procedure, since a table would show in the schema."""

    home = None
    lock = "SELECT GET_LOCK(%s, 0)"
    find = (
        "SELECT EXISTS (SELECT 1 FROM information_schema.routines WHERE routine_schema = "
        "schema_name AND routine_name = 'stack_db_testing')"
        " FROM information_schema.schemata WHERE schema_name = %s"
    )
    mark = "CREATE PROCEDURE {}.stack_db_testing() SELECT 1"


def _move(url: URL, database: str | None) -> URL:
    return URL.create(
        url.drivername, url.username, url.password, url.host, url.port, database, url.query
    )


_KINDS: dict[str, Callable[[URL], Twin]] = {
    "sqlite": FileTwin,
    "postgresql": PostgresTwin,
    "mysql": MariaTwin,
    "mariadb": MariaTwin,
}


def make_twin(url: URL) -> Twin:
    """Return the twin of the database at an address; nothing is made yet.

    :raises TwinError: nobody knows how to make such a database.
    """
    backend = url.get_backend_name()
    if backend not in _KINDS:
        raise TwinError(
            f"A database of the kind {backend!r} cannot be made for tests."
            " Use SQLite, PostgreSQL or MariaDB in the tests' settings."
        )
    return _KINDS[backend](url)
