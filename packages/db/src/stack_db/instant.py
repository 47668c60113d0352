"""One column type for a moment in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Interval
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


def now() -> datetime:
    """Return this moment, aware and in UTC; made for ``mapped_column(default=now)``."""
    return datetime.now(UTC)


class Instant(TypeDecorator[datetime]):
    """A moment in time: an aware datetime in UTC, stored as UTC in every database.

    Microseconds are kept, on MariaDB too. A value without a zone is refused,
    because nobody knows which moment it means; a value of another zone is
    converted. ``func.now()`` is the server's own clock, which on MariaDB is in
    the zone of its session: let Python fill in the moment, with :func:`now`.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of a database."""
        if dialect.name in ("mysql", "mariadb"):
            # Not at the top: it would load the dialect for everybody.
            from sqlalchemy.dialects.mysql import DATETIME

            return dialect.type_descriptor(DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC on the way in.

        :raises ValueError: the value has no zone, or is no datetime.
        """
        if value is None:
            return None
        if not isinstance(value, datetime):
            raise ValueError(f"{value!r} is no moment in time. Give an aware datetime.")
        if value.utcoffset() is None:
            raise ValueError(
                f"{value.isoformat()!r} has no time zone."
                " Give an aware datetime, such as datetime.now(UTC)."
            )
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Treat what a moment is compared with as a moment, and a duration as one."""
        return Interval() if isinstance(value, timedelta) else self
