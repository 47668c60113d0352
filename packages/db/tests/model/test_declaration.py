"""What a model says about itself, and where it is heard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, declared_attr, mapped_column, relationship

from stack_core.description import Choice, Field
from stack_db.declaration import about, kind, rule
from stack_db.model.kind import Kind
from stack_db.model.kinds import Kinds

Find = Callable[[type[Any], str], Field]
Describe = Callable[[type[Any]], Kind]


def test_attribute_says_it_once(db: Any, field: Find) -> None:
    """Everything that ``about`` takes arrives in the field; what it does not know is a hint."""

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(
            sa.String(200),
            info=about(
                label="Title of the book",
                help="As on the cover.",
                searchable=True,
                create_only=True,
                choices=[("a", "A"), "b_c"],
                pattern="^[a-z]+$",
                min_length=2,
                hints={"widget": "large"},
            ),
        )
        price: Mapped[int] = mapped_column(info=about(ge=1, le=10, filter=False, order=False))
        token: Mapped[str] = mapped_column(info=about(secret=True))
        nick: Mapped[str | None] = mapped_column(info=about(required=True))

    found = field(Book, "title")
    assert (found.label, found.help) == ("Title of the book", "As on the cover.")
    assert (found.searchable, found.create_only) == (True, True)
    assert found.choices == (Choice("a", "A"), Choice("b_c", "B c"))
    assert (found.pattern, found.min_length, found.max_length) == ("^[a-z]+$", 2, 200)
    assert found.hints == {"widget": "large"}
    price = field(Book, "price")
    assert (price.ge, price.le, price.filter, price.order) == (1, 10, False, False)
    token = field(Book, "token")
    assert (token.readable, token.filter, token.order) == (False, False, False)
    assert field(Book, "nick").required


def test_plain_info_says_the_same(db: Any, field: Find) -> None:
    """``info={"label": …}`` is as good, also on a column, a relation and an expression."""

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(info={"label": "Titel", "widget": 1})
        old = sa.Column(sa.Integer, info={"label": "Alt"})
        author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id"))
        author: Mapped[Author] = relationship(info={"label": "Autor"})
        double: Mapped[int] = column_property(old * 2, info={"label": "Doppelt"})

    labels = [field(Book, name).label for name in ("title", "old", "author", "double")]
    assert labels == ["Titel", "Alt", "Autor", "Doppelt"]
    assert field(Book, "title").hints == {"widget": 1}


def test_label_is_made_of_the_name(db: Any, describe: Describe, field: Find) -> None:
    """Words of the name; the kind's word, label and plural are made of the class's name."""

    class LibraryEntry(db.Model):
        entry_id: Mapped[int] = mapped_column(primary_key=True)
        published_at: Mapped[date]
        isbn: Mapped[str]

    labels = [each.label for each in describe(LibraryEntry).description.fields]
    assert labels == ["Entry ID", "Published at", "ISBN"]
    found = describe(LibraryEntry).description
    assert (found.kind, found.label, found.plural) == (
        "library_entry",
        "Library entry",
        "Library entries",
    )


def test_hybrid_property_is_decorated(db: Any, field: Find) -> None:
    """Under or over ``hybrid_property``, also where a setter and an expression follow."""

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(sa.String(10))
        size: Mapped[int]

        @hybrid_property
        @about(label="Loud title")
        def loud(self) -> str:
            return self.title + "!"

        @about(label="Big?")
        @hybrid_property
        def big(self) -> bool:
            return self.size > 10

        @big.inplace.setter
        def _set_big(self, value: bool) -> None:
            self.size = 11

        @big.inplace.expression
        @classmethod
        def _big(cls) -> sa.ColumnElement[bool]:
            return cls.size > 10

    loud, big = field(Book, "loud"), field(Book, "big")
    assert (loud.label, loud.type, loud.read_only, loud.order) == (
        "Loud title",
        "text",
        True,
        False,
    )
    assert (big.label, big.type, big.read_only) == ("Big?", "boolean", True)


def test_hybrid_property_needs_an_expression(db: Any, describe: Describe) -> None:
    """What no statement can read is no field, and says so; what is only written is one."""

    class User(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        _hash: Mapped[str]
        names: Mapped[str]

        @hybrid_property
        def first(self) -> str:
            return self.names.split()[0]

        @hybrid_property
        @about(write_only=True, min_length=8)
        def password(self) -> str:
            raise AttributeError("It is not kept.")

        @password.inplace.setter
        def _set_password(self, value: str) -> None:
            self._hash = value

        @hybrid_property
        @about(read_only=False)
        def upper(self) -> str:
            return sa.func.upper(self.names)

        @upper.inplace.setter
        def _set_upper(self, value: str) -> None:
            self.names = value

    found = describe(User)
    assert set(found.left_out) == {"first", "_hash"}
    assert "no expression" in found.left_out["first"]
    password = found.description.by_name["password"]
    assert (password.type, password.write_only, password.read_only) == ("text", True, False)
    assert (password.filter, password.min_length) == (False, 8)
    assert found.setters == {"password", "upper"}


def test_type_of_a_hybrid_property(db: Any, field: Find) -> None:
    """The annotation says what the function returns, also where the expression has no type."""

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        size: Mapped[int]

        @hybrid_property
        def plain(self):  # type: ignore[no-untyped-def]
            return self.size * 2

        @hybrid_property
        def odd(self) -> bool:
            return sa.func.is_odd(self.size)  # type: ignore[return-value]

    assert (field(Book, "plain").type, field(Book, "odd").type) == ("integer", "boolean")


@pytest.mark.parametrize(
    ("word", "value", "near"),
    [("lable", "x", "label"), ("serchable", True, "searchable"), ("readonly", True, "read_only")],
)
def test_misspelt_word_is_an_error(word: str, value: Any, near: str) -> None:
    """It names what was written and what was probably meant."""
    with pytest.raises(TypeError, match=rf"has no '{word}'\. Did you mean '{near}'\?"):
        about(**{word: value})


def test_unknown_word_is_an_error() -> None:
    """What is for other packages is said as that."""
    with pytest.raises(
        TypeError, match=r"about\(…\) has no 'widget'\. Say it in hints=\{'widget'"
    ):
        about(widget="large")  # type: ignore[call-arg]


def test_misspelt_word_of_a_plain_info_names_the_attribute(db: Any, describe: Describe) -> None:
    """A plain ``info`` is read when the class is described."""

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(info={"lable": "x"})

    with pytest.raises(TypeError, match=r"Book\.title has no 'lable'"):
        describe(Book)


def test_other_packages_words_are_left_alone(db: Any, field: Find) -> None:
    """A hint that looks like one of ours but has another sort of value is somebody else's."""

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(info={"filters": [str.strip], 3: "x"})

    assert set(field(Book, "title").hints) == {"filters"}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"searchable": "yes"}, r"searchable='yes'\. Give it a bool"),
        ({"ge": True}, r"ge=True\. Give it a int or float"),
        ({"choices": "abc"}, r"choices='abc'\. Give it a list or tuple"),
    ],
)
def test_wrong_value_is_an_error(said: dict[str, Any], sentence: str) -> None:
    """It names the attribute, the word and what it takes."""
    if "choices" in said:
        from stack_db.declaration import read_info

        with pytest.raises(TypeError, match=sentence):
            read_info(said, "Book.title")
        return
    with pytest.raises(TypeError, match=sentence):
        about(**said)


def test_what_cannot_be_said(db: Any, describe: Describe) -> None:
    """Searching numbers or secrets, and writing what is computed, are errors."""

    class Number(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        size: Mapped[int] = mapped_column(info=about(searchable=True))

    class Secret(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str] = mapped_column(info=about(searchable=True, secret=True))

    class Computed(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        size: Mapped[int]

        @hybrid_property
        @about(read_only=False)
        def double(self) -> int:
            return self.size * 2

    class Owner(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        number_id: Mapped[int] = mapped_column(sa.ForeignKey("computed.id"))
        owned = relationship(Computed, viewonly=True, info=about(read_only=False))

    for cls, sentence in (
        (Number, "searchable, but of type integer"),
        (Secret, "nobody may read it"),
        (Computed, r"Computed\.double cannot be written"),
        (Owner, r"Owner\.owned cannot be written"),
    ):
        with pytest.raises(TypeError, match=sentence):
            describe(cls)


def test_class_says_its_words(db: Any, describe: Describe) -> None:
    """``__kind__`` names the kind and describes its rules."""

    class Book(db.Model):
        __kind__ = kind(
            "volume",
            label="Volume",
            plural="Many volumes",
            title="isbn",
            rules={
                "due": rule(lambda book, day: book.due < day, parameters={"day": date}, open=True)
            },
            history=True,
        )
        id: Mapped[int] = mapped_column(primary_key=True)
        due: Mapped[date]
        isbn: Mapped[str]

    found = describe(Book)
    said = found.description
    assert (said.kind, said.label, said.plural, said.title) == (
        "volume",
        "Volume",
        "Many volumes",
        "isbn",
    )
    (due,) = said.rules
    assert (due.name, due.label, due.open) == ("due", "Due", True)
    (day,) = due.parameters
    assert (day.name, day.type, day.python, day.required) == ("day", "date", date, True)
    assert str(found.rules["due"].expression(Book, date(2026, 1, 1))) == "book.due < :due_1"
    assert found.history


def test_bases_say_some_of_it(db: Any, describe: Describe) -> None:
    """Rules, title and history hold for subclasses; the word and the labels do not."""

    class Kept:
        __kind__ = kind(
            "kept", label="Kept", history=True, rules={"any": rule(lambda m: m.id > 0)}
        )

    class Book(Kept, db.Model):
        __kind__ = kind(rules={"more": rule(lambda m: m.id > 1)})
        id: Mapped[int] = mapped_column(primary_key=True)

    class Quiet(Book):
        __kind__ = kind(history=False)

    assert describe(Book).description.kind == "book"
    assert describe(Book).description.label == "Book"
    assert set(describe(Book).rules) == {"any", "more"}
    assert describe(Book).history
    assert not describe(Quiet).history
    assert set(describe(Quiet).rules) == {"any", "more"}


def test_attributes_of_mixins(db: Any, field: Find) -> None:
    """What a mixin says of its columns holds in every class that has it."""

    class Named:
        name: Mapped[str] = mapped_column(info=about(label="Called"))

        @declared_attr
        def size(cls) -> Mapped[int]:
            return mapped_column(info=about(label="How big"))

        @hybrid_property
        @about(label="Loud")
        def loud(self) -> str:
            return self.name + "!"

    class Book(Named, db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    labels = [field(Book, name).label for name in ("name", "size", "loud")]
    assert labels == ["Called", "How big", "Loud"]


@pytest.mark.parametrize(
    ("columns", "title"),
    [
        ({"name": {}, "code": {"unique": True}}, "name"),
        ({"body": {}, "code": {"unique": True}}, "code"),
        ({"body": {}, "other": {}}, "body"),
        ({"name": {"info": {"secret": True}}, "body": {}}, "body"),
        ({}, ""),
    ],
)
def test_title_is_found(db: Any, describe: Describe, columns: dict[str, Any], title: str) -> None:
    """A name, else what is unique, else the first text that may be read; else the key."""
    members = {name: sa.Column(sa.String(9), **options) for name, options in columns.items()}
    members["id"] = sa.Column(sa.Integer, primary_key=True)
    thing = type("Thing", (db.Model,), members)
    assert describe(thing).description.title == title


def test_wrong_title_is_an_error(db: Any, describe: Describe) -> None:
    """It says which fields could be read."""

    class Book(db.Model):
        __kind__ = kind(title="nmae")
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    with pytest.raises(LookupError, match=r"title='nmae'.*Name one of: id, name\."):
        describe(Book)


def test_parameter_of_a_rule_has_a_type_of_a_field(db: Any, describe: Describe) -> None:
    """Any other is refused, by the rule's name."""

    class Book(db.Model):
        __kind__ = kind(rules={"odd": rule(lambda m, n: m.id == n, parameters={"n": complex})})
        id: Mapped[int] = mapped_column(primary_key=True)

    with pytest.raises(TypeError, match=r"Book\.odd takes n as <class 'complex'>"):
        Kinds.of(db).find(Book)
