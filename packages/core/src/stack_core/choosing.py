"""What a field may be set to, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence

from .description import Choice, Description, Field, Key
from .filter import All, Filter, Is, fold
from .inspection import Inspection
from .path import Path
from .query import Query

MOST = 1000


def ask_for_rows(asked: Inspection, text: str, keys: Sequence[Key], limit: int) -> Query:
    """Return the query for rows to choose from; it reads their titles where those are seen.

    :param text: a part of the title, where that is text; else the title.
    """
    title = asked.find(asked.act.description.title)
    parts: list[Filter] = [Is("", "in", list(keys))] if keys else []
    if text:
        parts.append(_match(title, text))
    order = (title.text,) if title is not None and _orders(title) else ()
    fields = ("",) if title is None else ("", title.text)
    most = max(1, min(limit, MOST))
    return Query(fields=fields, where=All(tuple(parts)), order=order, limit=most)


def name_rows(
    description: Description, keys: Sequence[Key], rows: Sequence[tuple[object, ...]]
) -> list[Choice]:
    """Return choices of rows: what has no title is called by its key."""
    found = []
    for key, row in zip(keys, rows, strict=True):
        title = row[1] if len(row) > 1 else None
        found.append(Choice(key, description.key_text(key) if title is None else str(title)))
    return found


def pick_values(field: Field, text: str, keys: Sequence[object], limit: int) -> list[Choice]:
    """Return the choices of a field whose values are listed."""
    found = [
        choice
        for choice in field.choices
        if fold(text) in fold(choice.label) and (not keys or choice.value in keys)
    ]
    return found[: max(1, limit)]


def _orders(title: Path) -> bool:
    return not title.fields or title.fields[-1].order


def _match(title: Path | None, text: str) -> Filter:
    if title is not None and title.field is not None and title.field.type == "text":
        return Is(title.text, "contains", text)
    return Is("" if title is None else title.text, "eq", text)
