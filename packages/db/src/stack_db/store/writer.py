"""What every write of a kind needs: where it runs, what it checks, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, NoReturn, TypeVar

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from stack_core.description import Key
from stack_core.event import changing
from stack_core.filter import TRUE
from stack_core.problem import Denied, NotFound
from stack_core.query import EVERYTHING, Reach
from stack_core.store import Saved

from ..model.kind import Kind
from ..model.kinds import Kinds
from ..telling import is_told
from .connections import Connections
from .kept import MOST_SHAPES, Kept, Shelf
from .known import Known, Seen
from .link import Links
from .own_code import OwnCode
from .placement import NO_SUCH_ROW, Placement
from .reads import Reads
from .refusal import Broken, Refusals, at_position, invalid
from .row_shape import RowShape
from .touching import Touching
from .transaction import Place, Transactions
from .write_statement import WriteStatements

_OUT_OF_REACH = "The row would no longer be within reach."
T = TypeVar("T")
_UNSENDABLE = (StatementError, OverflowError, ValueError, TypeError)
"""What drivers raise, and what SQLAlchemy's types and drivers raise before they are asked."""


class Writer:
    """What every write of one kind on one application needs.

    :param reads: of the same kind.
    :param reads_of: returns what reads another kind.
    :param transactions: of its database.
    :param kind_of: returns the kind that a table keeps, or None.
    :param enforced: tells whether the database checks foreign keys.
    """

    def __init__(
        self,
        reads: Reads,
        *,
        reads_of: Callable[[Kind], Reads],
        transactions: Transactions,
        kind_of: Callable[[str], Kind | None],
        enforced: Callable[[], bool],
    ) -> None:
        connections = reads.connections
        self.kind = reads.kind
        self.reads = reads
        self.transactions = transactions
        self.database = connections.database
        self.dialect = connections.dialect
        self.enforced = enforced
        self.placement = placement = Placement(self.kind)
        self.statements = WriteStatements(
            placement, reads.statements.comparison, connections.shelf
        )
        self.own_code = OwnCode(placement, _class_of(self.database.session))
        self.links = Links(placement, reads_of, enforced)
        self.refusals = Refusals(placement, self.dialect, self.links.missing, self._find_needing)
        self.known = Known(placement, self.dialect)
        self.touching = Touching(placement, reads, kind_of=kind_of, enforced=enforced)
        self._shapes: Kept[RowShape] = Kept(Shelf(MOST_SHAPES))

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Raise what a database refuses as a problem with its fields.

        :raises Conflict: a value that must be unique is taken, or other rows need this one.
        :raises Invalid: a value cannot be kept.
        """
        try:
            yield
        except Broken as broken:
            self.refuse(broken)

    def refuse(self, broken: Broken) -> NoReturn:
        """Raise what was refused, as a problem if it is one of values."""
        with self.transactions.reading() as connection:
            problem = self.refusals.explain(
                broken.error, broken.values, connection, going=broken.going, gone=broken.gone
            )
        if problem is None:
            raise broken.error from None
        if broken.position is not None:
            problem = at_position(problem, broken.position)
        raise problem from broken.error

    @property
    def told(self) -> bool:
        """Whether somebody is told of changes, or they are written into a history."""
        return is_told(self.kind)

    @contextmanager
    def write(self, *, seen: bool = False, single: bool = False) -> Iterator[Place]:
        """Lend the place for one write, and explain what is refused.

        What the caller has pending was sent before.

        :param seen: it is done with objects of the session.
        """
        seen = seen or bool(changing.receivers)
        with self.explained(), self.transactions.write(seen=seen, single=single) as place:
            yield place

    def execute(
        self,
        connection: Connection,
        statement: Executable,
        bound: Any,
        values: Mapping[str, Any],
        *,
        going: Sequence[Key] = (),
    ) -> Any:
        """Execute a statement; :meth:`explained` explains what it refuses."""
        return self.send(lambda: connection.execute(statement, bound), values, going=going)

    def send(
        self, send: Callable[[], T], values: Mapping[str, Any], *, going: Sequence[Key] = ()
    ) -> T:
        """Return what a statement returns; :meth:`explained` explains what it refuses."""
        try:
            return send()
        except _UNSENDABLE as error:
            raise Broken(error, values, going=going) from error

    def note_gone(self, place: Place, keys: Sequence[Key]) -> None:
        """Note that rows were deleted: others that need them may be found at the commit only."""
        if self.placement.soft is None:
            place.gone.append((self.touching.find_needing, keys))

    def shape(
        self, values: Mapping[str, Any], *, complete: bool = False, hiding: Collection[str] = ()
    ) -> RowShape:
        """Return how values become parameters.

        :param complete: a row is made of them.
        :param hiding: the relations whose None may mean that they are hidden.
        :raises Invalid: fields are unknown, or None or missing and must not be; it names all.
        """
        shape = self.shape_of(values)
        if shape.fits(values, complete=complete):
            return shape
        errors = list(shape.errors(values, complete=complete, hiding=hiding))
        if errors:
            raise invalid(errors)
        return shape

    def shape_of(self, values: Mapping[str, Any]) -> RowShape:
        """Return how values become parameters; whether they can be is not checked."""
        names = tuple(values)
        return self._shapes.find(names, lambda: RowShape(self.placement, names))

    def check_reach(self, keys: Sequence[Key], reach: Reach, connection: Connection) -> None:
        """Refuse what carried rows out of reach; they are asked for again, after the write.

        :raises Denied: one of them is out of it.
        """
        if is_scoped(reach) and len(self.reads.keys_within(keys, reach, connection)) < len(keys):
            raise Denied(_OUT_OF_REACH)

    def require(
        self, key: Key, reach: Reach, connection: Connection, *, marked: bool = False
    ) -> None:
        """Require that a row is in reach.

        :param marked: it may be marked as deleted.
        :raises NotFound: it is not.
        """
        if not is_scoped(reach):
            return
        reads = self.reads
        if marked:
            found = reads.is_marked_within(key, reach, connection)
        else:
            found = bool(reads.keys_within([key], reach, connection))
        if not found:
            raise self.no_such_row()

    def no_such_row(self) -> NotFound:
        """Return the refusal of a row that is not there for whoever asks."""
        return NotFound(NO_SUCH_ROW)

    def _find_needing(self, table: str, keys: Sequence[Key], connection: Connection) -> str:
        """Return the word of a kind whose rows need those of the keys."""
        return (
            self.touching.word_of(table) if table else self.touching.find_needing(keys, connection)
        )

    def loaded(self, key: Key, session: Session | None) -> bool:
        """Tell whether the caller's session holds the object of a row."""
        if session is None:
            return False
        identity = self.kind.mapper.identity_key_from_primary_key(self.identity(key))
        return identity in session.identity_map

    def identity(self, key: Key) -> tuple[Any, ...]:
        """Return a key as its mapper orders its columns."""
        return self.placement.split_key(key)

    def saved(
        self,
        key: Key,
        version: Any,
        changed: Iterable[str],
        known: Callable[[], Mapping[str, Any]],
    ) -> Saved:
        """Return what a write did.

        :param known: returns what is known of the row.
        """
        return Saved(
            key=key,
            version=version,
            changed=tuple(changed),
            known=Seen(lambda: {"": key, **self._name_key(key), **known()}),
            load=lambda: self.reads.get(key, EVERYTHING),
        )

    def _name_key(self, key: Key) -> Mapping[str, Any]:
        """Return the number that the database gave a row, under the field's own name."""
        name = self._own_key
        return {name: key} if name and type(key) is int else {}

    @cached_property
    def _own_key(self) -> str:
        description = self.placement.description
        names = [field.name for field in description.key]
        return names[0] if len(names) == 1 and names[0] in description.by_name else ""


def is_scoped(reach: Reach) -> bool:
    """Tell whether somebody may write some rows only."""
    return reach.row is not TRUE and reach.row != TRUE


def make_writer(reads: Reads, reads_of: Callable[[Kind], Reads]) -> Writer:
    """Return what the writes of a kind need.

    :param reads: of the same kind.
    :param reads_of: returns what reads another kind.
    """
    kinds = Kinds.of(reads.connections.database)

    def kind_of(table: str) -> Kind | None:
        tables = ((kind, kind.mapper.local_table) for kind in kinds)
        return next((kind for kind, own in tables if getattr(own, "name", None) == table), None)

    return Writer(
        reads,
        reads_of=reads_of,
        transactions=Transactions(reads.connections),
        kind_of=kind_of,
        enforced=_Enforced(reads.connections),
    )


class _Enforced:
    """Tells whether a database checks foreign keys, which SQLite does if it is told to.

    It asks once, and so before a write has a connection of its own.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._found: bool | None = None

    def __call__(self) -> bool:
        if self._found is None:
            self._found = self._connections.dialect.name != "sqlite" or self._ask()
        return self._found

    def _ask(self) -> bool:
        with self._connections.read() as connection:
            return bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())


def _class_of(scoped: Any) -> type[Session]:
    """Return the class of the sessions that a scoped session makes."""
    made: type[Session] = scoped.session_factory.class_
    return made
