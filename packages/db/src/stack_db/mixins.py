"""What many models want: a version, who and when, and rows that are only marked as deleted.

Each is a class to inherit from beside the model's own base, also where models
are dataclasses: ``class Book(SoftDelete, Stamped, db.Model)``.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, String, event
from sqlalchemy.orm import Mapped, Mapper, declared_attr, mapped_column

from . import actor
from .declaration import about
from .instant import Instant, now
from .live_unique import LiveUnique, make_live

__all__ = ["LiveUnique", "SoftDelete", "Stamped", "Versioned"]

LONGEST_ACTOR = 255

if TYPE_CHECKING:
    _attribute = declared_attr
else:

    def _attribute(function):
        """Declare an attribute that a dataclass does not take for one of its own fields."""
        del function.__annotations__["return"]
        return declared_attr(function)


class Versioned:
    """A number that every change moves, so that nobody overwrites what they have not seen.

    An object that was changed in the meantime raises ``StaleDataError`` when
    it is flushed; a store answers ``Stale``.
    """

    @_attribute
    def version(cls) -> Mapped[int]:
        """How often the row was written."""
        return mapped_column(Integer, nullable=False, info=about(read_only=True))


class Stamped:
    """Who made and changed a row, and when.

    Python fills the columns in whenever a row is written, whichever way; a
    value of one's own is kept.
    """

    __stamps__ = ("created_at", "created_by", "changed_at", "changed_by")

    @_attribute
    def created_at(cls) -> Mapped[datetime]:
        """When the row was made."""
        return mapped_column(
            Instant, insert_default=now, nullable=False, info=about(read_only=True)
        )

    @_attribute
    def created_by(cls) -> Mapped[str]:
        """The key of whoever made the row, empty for nobody."""
        return mapped_column(
            String(LONGEST_ACTOR),
            insert_default=find_actor,
            server_default="",
            nullable=False,
            info=about(read_only=True),
        )

    @_attribute
    def changed_at(cls) -> Mapped[datetime]:
        """When the row was written last."""
        return mapped_column(
            Instant,
            insert_default=find_creation,
            onupdate=now,
            nullable=False,
            info=about(read_only=True),
        )

    @_attribute
    def changed_by(cls) -> Mapped[str]:
        """The key of whoever wrote the row last, empty for nobody."""
        return mapped_column(
            String(LONGEST_ACTOR),
            insert_default=find_actor,
            onupdate=find_actor,
            server_default="",
            nullable=False,
            info=about(read_only=True),
        )


class SoftDelete:
    """Rows that are marked instead of deleted, and that nobody finds afterwards.

    ``session.delete(book)`` sets ``deleted_at``. Every ``select`` of a session
    leaves marked rows out, also those of relationships; ask for them with
    ``.execution_options(include_deleted=True)``.

    A column with ``unique=True`` is unique among the rows that are not
    deleted. What spans several columns is said by :class:`LiveUnique`.
    """

    __soft__ = "deleted_at"

    @_attribute
    def deleted_at(cls) -> Mapped[datetime | None]:
        """When the row was deleted; None while it is there."""
        return mapped_column(Instant, nullable=True, info=about(read_only=True))


def find_actor() -> str:
    """Return the key of whoever asks, as long as its column holds."""
    return actor.find_key()[:LONGEST_ACTOR]


def find_creation(context: Any) -> datetime:
    """Return the moment that the row is made, so that both columns have the same."""
    made = context.get_current_parameters().get("created_at")
    return made if isinstance(made, datetime) else now()


@event.listens_for(Versioned, "after_mapper_constructed", propagate=True)
def _count_versions(mapper: Mapper[Any], cls: type[Any]) -> None:
    if mapper.inherits is None and mapper.version_id_col is None:
        mapper.version_id_col = mapper.columns["version"]


@event.listens_for(SoftDelete, "after_mapper_constructed", propagate=True)
def _mark_deletions(mapper: Mapper[Any], cls: type[Any]) -> None:
    make_live(mapper)
