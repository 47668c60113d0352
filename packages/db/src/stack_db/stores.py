"""Finding the stores of mapped classes; they are imported when the first is asked for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from flask_sqlalchemy.extension import SQLAlchemy

if TYPE_CHECKING:
    from .store.connections import Connections
    from .store.sql_store import SqlStore


class Stores:
    """The stores of one application, each made once.

    :param find_database: returns its ``SQLAlchemy`` instance.
    :param connect: returns the connections to the database of a bind.
    """

    def __init__(
        self,
        find_database: Callable[[], SQLAlchemy],
        connect: Callable[[str | None], Connections],
    ) -> None:
        self._find_database = find_database
        self._connect = connect
        self._found: dict[object, SqlStore] = {}
        self._lock = Lock()

    def find_store(self, thing: object) -> SqlStore | None:
        """Return the store of a mapped class or of a kind's word, or None where it is no such.

        :raises LookupError: two classes have the same word, or a class cannot be described.
        """
        if not isinstance(thing, type | str):
            return None
        found = self._found.get(thing)
        return found if found is not None else self._make(thing)

    def _make(self, thing: type | str) -> SqlStore | None:
        from .model.kinds import Kinds
        from .store.sql_store import open_store

        kind = Kinds.of(self._find_database()).find(thing)
        if kind is None:
            return None
        with self._lock:
            found = self._found.get(kind.cls)
            if found is None:
                found = self._found[kind.cls] = open_store(
                    kind, self._connect(kind.bind_key), self.find_store
                )
            self._found[thing] = found
        return found
