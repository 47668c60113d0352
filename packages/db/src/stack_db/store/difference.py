"""Whether a value is another than the one that is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.types import TypeEngine


def differs(type_: TypeEngine[Any], stored: Any, given: Any) -> bool:
    """Tell whether a value, once it is stored, reads otherwise than the stored one.

    ``Decimal("1.0")`` is 1.00, and a moment is the same in every zone.

    :param type_: the column's.
    """
    if stored is None or given is None:
        return stored is not given
    if isinstance(type_, JSON):
        return not _same_document(stored, given)
    if isinstance(stored, bytes):
        return stored != bytes(given)
    if isinstance(stored, datetime) and isinstance(given, datetime):
        return _differ(stored, given)
    return not type_.compare_values(stored, given)


def _differ(stored: datetime, given: datetime) -> bool:
    if (stored.utcoffset() is None) is not (given.utcoffset() is None):
        # The column keeps no zone: what is stored is what the clock showed.
        return stored.replace(tzinfo=None) != given.replace(tzinfo=None)
    return stored != given


def _same_document(one: Any, other: Any) -> bool:
    """Compare JSON, where ``true`` is not 1 and 1 is not 1.0; the order of names is nothing."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(
            _same_document(value, other[name]) for name, value in one.items()
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same_document, one, other))
    return type(one) is type(other) and bool(one == other)
