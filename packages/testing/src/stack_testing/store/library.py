"""The kinds that the contract is tried on: what each looks like, and how it is kept."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from stack_core.description import Choice, Description, Field, NamedRule

from ..memory import Schema, Through


class Genre(enum.Enum):
    """What a book is like; its members do not sort as their values do."""

    NOVEL = "z"
    POEM = "a"
    ESSAY = "m"


def field(name: str, type: Any, python: Any, **more: Any) -> Field:
    """Return a field whose label is its name."""
    return Field(name=name, type=type, python=python, label=name, **more)


def number(name: str, **more: Any) -> Field:
    """Return a field of whole numbers."""
    return field(name, "integer", int, **more)


def text(name: str, length: int = 100, **more: Any) -> Field:
    """Return a field of text."""
    return field(name, "text", str, max_length=length, **more)


def link(name: str, kind: str, *local: str, python: Any = int, **more: Any) -> Field:
    """Return a relation to one row, or with ``many`` to several."""
    return field(name, "relation", python, relation=kind, local=local, **more)


def many(name: str, kind: str, inverse: str, python: Any = int) -> Field:
    """Return a to-many relation; whoever leads to a row says so, so it is only read."""
    more = {"many": True, "read_only": True, "order": False}
    return link(name, kind, python=python, inverse=inverse, **more)


ID = number("id", create_only=True, unique=True)
COPY = tuple[int, int]

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "team": (
        ID,
        text("name", required=True, unique=True),
        text("motto", nullable=True),
        many("authors", "author", "team"),
    ),
    "author": (
        ID,
        text("name", required=True, searchable=True),
        text("email", nullable=True, unique=True),
        link("team", "team", "team_id", inverse="authors", nullable=True),
        link("boss", "author", "boss_id", nullable=True),
        many("books", "book", "author"),
        many("edited", "book", "editor"),
    ),
    "book": (
        ID,
        text("title", 200, required=True, searchable=True),
        text("subtitle", 200, nullable=True, searchable=True),
        text("isbn", 20, nullable=True, unique=True),
        link("author", "author", "author_id", inverse="books", required=True),
        link("editor", "author", "editor_id", inverse="edited", nullable=True),
        field("price", "decimal", Decimal, nullable=True, digits=(10, 2)),
        number("pages", nullable=True),
        field("rating", "float", float, nullable=True),
        field("sold", "boolean", bool, default=False),
        field("published", "date", date, nullable=True),
        field("added", "datetime", datetime, nullable=True),
        field("code", "text", str, nullable=True, secret=True, filter=False, order=False),
        number("version", read_only=True),
        many("tags", "tag", "books", str),
        many("copies", "copy", "book", COPY),
    ),
    "tag": (
        text("word", required=True, create_only=True, unique=True),
        number("weight", nullable=True),
        many("books", "book", "tags"),
    ),
    "tagging": (
        link("book", "book", "book_id", required=True, create_only=True),
        link("tag", "tag", "tag_word", python=str, required=True, create_only=True),
    ),
    "copy": (
        link("book", "book", "book_id", inverse="copies", required=True, create_only=True),
        number("number", required=True, create_only=True),
        text("place", nullable=True),
        many("loans", "loan", "copy"),
    ),
    "loan": (
        ID,
        text("reader", required=True),
        link(
            "copy",
            "copy",
            "copy_book",
            "copy_number",
            python=COPY,
            inverse="loans",
            nullable=True,
            order=False,
        ),
    ),
    "note": (
        ID,
        text("slug", required=True, unique=True, searchable=True),
        text("body", 400, nullable=True),
        link("parent", "note", "parent_id", inverse="replies", nullable=True),
        many("replies", "note", "parent"),
    ),
    "sample": (
        ID,
        text("text", 200, nullable=True),
        number("integer", nullable=True, ge=-(2**63), le=2**63 - 1),
        field("decimal", "decimal", Decimal, nullable=True, digits=(12, 4)),
        field("float", "float", float, nullable=True),
        field("boolean", "boolean", bool, nullable=True),
        field("date", "date", date, nullable=True),
        field("time", "time", time, nullable=True),
        field("datetime", "datetime", datetime, nullable=True),
        field("interval", "interval", timedelta, nullable=True),
        field("uuid", "uuid", UUID, nullable=True),
        field("binary", "binary", bytes, nullable=True, filter=False, order=False),
        field("json", "json", Any, nullable=True, filter=False, order=False),
        field(
            "genre",
            "enum",
            Genre,
            nullable=True,
            choices=tuple(Choice(genre, genre.name) for genre in Genre),
        ),
    ),
}

KEYS: Mapping[str, tuple[Field, ...]] = {
    "tag": (text("word"),),
    "tagging": (number("book_id"), text("tag_word")),
    "copy": (number("book_id"), number("number")),
}
"""The columns of those keys that are not a number named ``id``."""

SCHEMAS: Mapping[str, Schema] = {
    "team": Schema(inverse={"authors": "team"}),
    "author": Schema(
        inverse={"books": "author", "edited": "editor"},
        on_delete={"team": "clear", "boss": "clear"},
    ),
    "book": Schema(
        inverse={"copies": "book", "tags": Through("tagging", "book", "tag")},
        unique={"uq_book_place": ("title", "author", "published")},
        on_delete={"author": "refuse", "editor": "clear"},
        rules={"long": lambda book, pages: book.pages is not None and book.pages >= pages},
    ),
    "tag": Schema(inverse={"books": Through("tagging", "tag", "book")}),
    "tagging": Schema(on_delete={"book": "delete", "tag": "delete"}),
    "copy": Schema(inverse={"loans": "copy"}, on_delete={"book": "delete"}),
    "loan": Schema(on_delete={"copy": "clear"}),
    "note": Schema(
        inverse={"replies": "parent"}, on_delete={"parent": "clear"}, soft="deleted_at"
    ),
    "sample": Schema(),
}

RULES: Mapping[str, tuple[NamedRule, ...]] = {
    "book": (NamedRule("long", "has so many pages", (number("pages"),), open=True),)
}
TITLES: Mapping[str, str] = {
    "team": "name",
    "author": "name",
    "book": "title",
    "tag": "word",
    "loan": "reader",
    "note": "slug",
}


def describe(kind: str, resolve: Callable[[str], Description]) -> Description:
    """Return what a kind of the contract looks like.

    :param resolve: returns the description of another kind.
    """
    return Description(
        kind=kind,
        label=kind,
        plural=kind + "s",
        key=KEYS.get(kind, (ID,)),
        fields=FIELDS[kind],
        title=TITLES.get(kind, ""),
        version="version" if kind == "book" else "",
        rules=RULES.get(kind, ()),
        resolve=resolve,
    )
