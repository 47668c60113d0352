"""The statements of a keep in a table, for each kind of database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Executable,
    Integer,
    LargeBinary,
    MetaData,
    String,
    and_,
    bindparam,
    case,
    delete,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite

from .tables import keep_table

SLACK = 60.0
"""How many seconds the clock may be set back without an effect but that values live longer.

What began later than that has been put by a clock that was ahead, and has ended.
"""

_NOW = {
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
    "postgresql": "CAST(EXTRACT(EPOCH FROM statement_timestamp()) AS DOUBLE PRECISION)",
    "mysql": "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) / 1000000e0)",
}
_NOW["mariadb"] = _NOW["mysql"]
KINDS = frozenset(_NOW)
"""The names of the dialects that a keep has statements for."""

_COUNTED = {"preserve_rowcount": True}  # SQLAlchemy forgets it for an INSERT otherwise


class Statements:
    """What a keep sends to one kind of database.

    Their parameters are called ``name`` (the hash of the key), ``value``,
    ``number``, ``ttl``, ``low`` and ``high``.

    :param kind: the name of the dialect.
    """

    add: tuple[Executable, ...]
    """To be sent one after the other; the last one's row count says who won."""
    increment: Any
    guarded: bool
    """Whether ``increment`` leaves a row alone that would overflow, and counts none then."""

    def __init__(self, kind: str) -> None:
        self.table = table = keep_table(MetaData())
        self.columns = columns = table.c
        self.now: ColumnElement[float] = literal_column(_NOW[kind], Double)
        # Written out: as a parameter it would have a name that some drivers trip over.
        self.soon: ColumnElement[float] = literal_column(f"({_NOW[kind]} + {SLACK})", Double)
        self.live = and_(columns.begins_at < self.soon, columns.ends_at > self.now)
        self.name = bindparam("name", type_=String)
        self.values: dict[str, Any] = {
            "key": self.name,
            "value": bindparam("value", type_=LargeBinary),
            "number": bindparam("number", type_=BigInteger),
            "begins_at": self.now,
            "ends_at": self.now + bindparam("ttl", type_=Double),
        }
        at_key = columns.key == self.name
        self.get = select(columns.value, columns.number).where(at_key, self.live)
        self.delete = delete(table).where(at_key, self.live)
        self.count = select(columns.number, columns.ends_at - self.now).where(at_key)
        self._build_purge()
        if kind in ("mysql", "mariadb"):
            self._build_mysql()
        else:
            self._build_upserts(sqlite.insert if kind == "sqlite" else postgresql.insert)
        ends_in = (columns.ends_at - self.now).label("ends_in")
        self.increment_returning = self.increment.returning(columns.number, ends_in)
        self.begin = "BEGIN IMMEDIATE" if kind == "sqlite" else "START TRANSACTION"

    def _build_purge(self) -> None:
        """Make what finds and removes the ended.

        What was put by a clock that was ahead has the latest ends of all, or
        one that comes anyway, so that looking at those is enough.
        """
        c, limit = self.columns, bindparam("limit", type_=Integer)
        self.find_ended = select(c.key).where(c.ends_at <= self.now).order_by(c.ends_at)
        self.find_ended = self.find_ended.limit(limit)
        latest = select(c.key, c.begins_at).order_by(c.ends_at.desc()).limit(limit).subquery()
        self.find_ahead = select(latest.c.key).where(latest.c.begins_at >= self.soon)
        names = bindparam("names", expanding=True, type_=String)
        self.remove = delete(self.table).where(c.key.in_(names), not_(self.live))

    def _kept_while_live(self, fresh: Any) -> dict[str, ColumnElement[Any]]:
        """Return what an increment of a row that is there sets, in MySQL's order.

        MySQL's later assignments see the earlier ones. When ``begins_at`` is
        reached the row is always live, unless it had begun too late.
        """
        c, by = self.columns, self.values["number"]
        return {
            "number": case((self.live, c.number + by), else_=by),
            "value": case((self.live, c.value), else_=None),
            "ends_at": case((self.live, c.ends_at), else_=fresh.ends_at),
            "begins_at": case((self.live, c.begins_at), else_=fresh.begins_at),
        }

    def _build_upserts(self, insert: Any) -> None:
        c, names = self.columns, ("value", "number", "begins_at", "ends_at")
        upsert = insert(self.table).values(self.values)
        fresh = upsert.excluded
        replaced = {"index_elements": [c.key], "set_": {name: fresh[name] for name in names}}
        self.put = upsert.on_conflict_do_update(**replaced)
        added = upsert.on_conflict_do_update(**replaced, where=not_(self.live))
        self.add = (added.execution_options(**_COUNTED),)
        low, high = (bindparam(name, type_=BigInteger) for name in ("low", "high"))
        self.increment = upsert.on_conflict_do_update(
            index_elements=[c.key],
            set_=self._kept_while_live(fresh),
            where=or_(not_(self.live), c.number.is_(None), c.number.between(low, high)),
        ).execution_options(**_COUNTED)
        self.guarded = True

    def _build_mysql(self) -> None:
        c, insert = self.columns, mysql.insert(self.table).values(self.values)
        names = ("value", "number", "begins_at", "ends_at")
        self.put = insert.on_duplicate_key_update({n: insert.inserted[n] for n in names})
        # An update that changes nothing counts as one row under CLIENT_FOUND_ROWS, as an insert
        # does; so what has ended is removed first, and of many inserts one is not ignored.
        self.add = (
            delete(self.table).where(c.key == self.name, not_(self.live)),
            insert.prefix_with("IGNORE").execution_options(**_COUNTED),
        )
        kept = self._kept_while_live(insert.inserted)
        self.increment = insert.on_duplicate_key_update(list(kept.items())).execution_options(
            **_COUNTED
        )
        self.guarded = False
