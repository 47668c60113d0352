"""The fields that are relations, and the columns that fold into them (S10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from stack_core.description import Field
from stack_db.model.kind import Kind

Find = Callable[[type[Any], str], Field]
Describe = Callable[[type[Any]], Kind]


def names(kind: Kind) -> list[str]:
    """Return the names of the fields."""
    return [each.name for each in kind.description.fields]


def test_foreign_key_folds_into_its_relation(db: Any, describe: Describe) -> None:
    """The relation stands in the column's place, with what the column says."""

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id"), info={"help": "Who?"})
        author: Mapped[Author] = relationship(info={"label": "Written by"})
        title: Mapped[str]

    kind = describe(Book)
    found = kind.description.by_name["author"]
    assert names(kind) == ["id", "author", "title"]
    assert (found.label, found.help) == ("Written by", "Who?")
    assert (found.type, found.python, found.relation) == ("relation", int, "author")
    assert (found.required, found.nullable, found.local) == (True, False, ("author_id",))
    assert (found.ge, found.le) == (-(2**31), 2**31 - 1)
    assert [each.name for each in kind.description.trail("author.name")] == ["author", "name"]
    assert kind.related("author").cls is Author


def test_foreign_key_without_a_relation_stays(db: Any, describe: Describe) -> None:
    """It is an ordinary number."""

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("author.id"))

    assert names(describe(Book)) == ["id", "author_id"]


def test_relation_to_a_composite_key(db: Any, describe: Describe) -> None:
    """All of its columns fold, in the order of the other's key."""

    class Seat(db.Model):
        row: Mapped[int] = mapped_column(primary_key=True)
        letter: Mapped[str] = mapped_column(sa.String(1), primary_key=True)

    class Ticket(db.Model):
        __table_args__ = (sa.ForeignKeyConstraint(["sl", "sr"], ["seat.letter", "seat.row"]),)
        id: Mapped[int] = mapped_column(primary_key=True)
        sl: Mapped[str | None] = mapped_column(sa.String(1))
        sr: Mapped[int | None]
        seat: Mapped[Seat | None] = relationship()

    found = describe(Ticket).description.by_name["seat"]
    assert names(describe(Ticket)) == ["id", "seat"]
    assert (found.local, found.python) == (("sr", "sl"), tuple[int, str])
    assert not found.order


def test_column_of_two_relations_stays_and_is_only_read(db: Any, describe: Describe) -> None:
    """It belongs to neither alone; the relations write it."""

    class Shop(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Shelf(db.Model):
        shop_id: Mapped[int] = mapped_column(sa.ForeignKey("shop.id"), primary_key=True)
        number: Mapped[int] = mapped_column(primary_key=True)
        shop: Mapped[Shop] = relationship()

    class Item(db.Model):
        __table_args__ = (
            sa.ForeignKeyConstraint(
                ["shop_id", "shelf_number"], ["shelf.shop_id", "shelf.number"]
            ),
        )
        id: Mapped[int] = mapped_column(primary_key=True)
        shop_id: Mapped[int] = mapped_column(sa.ForeignKey("shop.id"))
        shelf_number: Mapped[int]
        shop: Mapped[Shop] = relationship(overlaps="shelf")
        shelf: Mapped[Shelf] = relationship(overlaps="shop")

    fields = describe(Item).description.by_name
    assert set(fields) == {"id", "shop_id", "shop", "shelf"}
    assert (fields["shop_id"].read_only, fields["shop_id"].required) == (True, False)
    assert fields["shop"].local == ("shop_id",)
    assert fields["shelf"].local == ("shop_id", "shelf_number")
    assert fields["shelf"].required


def test_relation_inside_the_key_folds_and_the_key_lists_its_column(
    db: Any, describe: Describe
) -> None:
    """The key's columns are in the description's key, wherever they went."""

    class Shop(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Shelf(db.Model):
        shop_id: Mapped[int] = mapped_column(sa.ForeignKey("shop.id"), primary_key=True)
        number: Mapped[int] = mapped_column(primary_key=True)
        shop: Mapped[Shop] = relationship()

    kind = describe(Shelf)
    assert names(kind) == ["shop", "number"]
    assert [each.name for each in kind.description.key] == ["shop_id", "number"]
    assert kind.description.by_name["shop"].create_only
    assert kind.description.parse_key("3,4") == (3, 4)


def test_relation_by_something_else_than_the_key(db: Any, describe: Describe) -> None:
    """The column stays, for it holds no key; the relation is read through a join."""

    class Land(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        code: Mapped[str] = mapped_column(sa.String(2), unique=True)

    class Town(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        land_code: Mapped[str] = mapped_column(sa.ForeignKey("land.code"))
        land: Mapped[Land] = relationship()

    fields = describe(Town).description.by_name
    assert fields["land_code"].required
    assert not fields["land_code"].read_only
    assert (fields["land"].read_only, fields["land"].local) == (True, ())
    assert (fields["land"].python, fields["land"].many) == (int, False)


def test_condition_of_ones_own_folds_nothing(db: Any, describe: Describe) -> None:
    """A relation that is narrower than its foreign key does not stand for it."""

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        active: Mapped[bool]

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship(
            Author,
            primaryjoin=lambda: sa.and_(
                sa.orm.foreign(Book.author_id) == Author.id, Author.active == sa.true()
            ),
        )

    fields = describe(Book).description.by_name
    assert set(fields) == {"id", "author_id", "author"}
    assert fields["author"].read_only
    assert not fields["author_id"].read_only


def test_view_only_relation_takes_no_column(db: Any, describe: Describe) -> None:
    """The other relation folds the column; the view is read by the same one."""

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("author.id"))
        author: Mapped[Author | None] = relationship()
        seen: Mapped[Author | None] = relationship(viewonly=True)

    fields = describe(Book).description.by_name
    assert set(fields) == {"id", "author", "seen"}
    assert (fields["seen"].read_only, fields["seen"].local) == (True, ("author_id",))
    assert not fields["author"].read_only


def test_to_many_relations(db: Any, describe: Describe) -> None:
    """All of them are lists; one that a table between the two holds is written too."""
    tagging = db.Table(
        "tagging",
        sa.Column("book_id", sa.ForeignKey("book.id"), primary_key=True),
        sa.Column("tag_id", sa.ForeignKey("tag.id"), primary_key=True),
    )

    class Tag(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Page(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        book_id: Mapped[int] = mapped_column(sa.ForeignKey("book.id"))
        number: Mapped[int]

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        pages: Mapped[list[Page]] = relationship(backref="book")
        tags: Mapped[list[Tag]] = relationship(secondary=tagging)
        late = relationship(Page, lazy="dynamic", viewonly=True)
        numbers = association_proxy("pages", "number")

    kind = describe(Book)
    assert names(kind) == ["id", "pages", "tags", "late"]
    for name in ("pages", "tags", "late"):
        found = kind.description.by_name[name]
        assert (found.many, found.order, found.nullable) == (True, False, False)
        assert found.read_only == (name != "tags")
    assert names(describe(Page)) == ["id", "book", "number"]


def test_one_to_one(db: Any, describe: Describe) -> None:
    """The side that holds the key writes it, and it is unique; the other side is read."""

    class User(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Profile(db.Model):
        user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
        user: Mapped[User] = relationship(backref=backref("profile", uselist=False))

    user, profile = describe(User).description.by_name, describe(Profile).description.by_name
    assert (user["profile"].many, user["profile"].read_only) == (False, True)
    assert (user["profile"].nullable, user["profile"].local) == (True, ())
    assert (profile["user"].unique, profile["user"].local) == (True, ("user_id",))


def test_relation_to_the_same_class(db: Any, describe: Describe) -> None:
    """A boss is a person; paths through it end after five names."""

    class Person(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
        boss_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
        boss = relationship("Person", remote_side=[id], back_populates="team")
        team = relationship("Person", back_populates="boss")

    description = describe(Person).description
    assert names(describe(Person)) == ["id", "name", "boss", "team"]
    assert description.by_name["team"].many
    assert description.trail("boss.boss.name")[-1].name == "name"


def test_relation_into_another_database_is_far(db: Any, describe: Describe) -> None:
    """Its key compares, but nothing behind it can be joined."""

    class Log(db.Model):
        __bind_key__ = "logs"
        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str]

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        log_id: Mapped[int | None]
        log = relationship(Log, primaryjoin=lambda: sa.orm.foreign(Book.log_id) == Log.id)

    found = describe(Book).description.by_name["log"]
    assert (found.far, found.local) == (True, ("log_id",))
    assert describe(Log).bind_key == "logs"
    assert describe(Book).bind_key is None


def test_relation_to_an_inheriting_class(db: Any, describe: Describe) -> None:
    """The key of a joined subclass is its base's, by whichever column the relation holds it."""

    class Person(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
        type: Mapped[str]
        __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "person"}

    class Manager(Person):
        id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
        budget: Mapped[int]
        __mapper_args__ = {"polymorphic_identity": "manager"}

    class Guest(Person):
        badge: Mapped[str | None]
        __mapper_args__ = {"polymorphic_identity": "guest"}

    class Office(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        head_id: Mapped[int | None] = mapped_column(sa.ForeignKey("manager.id"))
        head: Mapped[Manager | None] = relationship()

    assert names(describe(Office)) == ["id", "head"]
    assert describe(Office).description.by_name["head"].local == ("head_id",)
    assert names(describe(Person)) == ["id", "name", "type"]
    assert set(names(describe(Manager))) == {"id", "name", "type", "budget"}
    assert set(names(describe(Guest))) == {"id", "name", "type", "badge"}
    assert describe(Manager).description.by_name["type"].read_only
    assert describe(Manager).description.by_name["id"].read_only
    assert describe(Manager).description.kind == "manager"


def test_relation_names_its_way_back(db: Any, field: Find) -> None:
    """The other relation that a model names is the way back, from both sides (S72)."""

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        books = relationship("Book", back_populates="author")
        seen = relationship("Book", viewonly=True)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship(Author, back_populates="books")
        boss_id: Mapped[int | None] = mapped_column(sa.ForeignKey("book.id"))
        boss = relationship("Book", remote_side=[id], backref="team")

    assert field(Author, "books").inverse == "author"
    assert field(Book, "author").inverse == "books"
    assert field(Author, "seen").inverse == "author"
    assert (field(Book, "boss").inverse, field(Book, "team").inverse) == ("team", "boss")


def test_way_back_is_found_by_its_columns(db: Any, field: Find) -> None:
    """Where a model names none, the only relation with the same columns is the way back (S72)."""
    tagging = db.Table(
        "tagging",
        sa.Column("book_id", sa.ForeignKey("book.id"), primary_key=True),
        sa.Column("tag_id", sa.ForeignKey("tag.id"), primary_key=True),
    )

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        edited = relationship("Book", foreign_keys="Book.editor_id", overlaps="editor")

    class Tag(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        books = relationship("Book", secondary=tagging, overlaps="tags")

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id"))
        editor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship(Author, foreign_keys=[author_id])
        editor = relationship(Author, foreign_keys=[editor_id], overlaps="edited")
        tags = relationship(Tag, secondary=tagging, overlaps="books")

    assert (field(Author, "edited").inverse, field(Book, "editor").inverse) == ("editor", "edited")
    assert field(Book, "author").inverse == ""
    assert (field(Tag, "books").inverse, field(Book, "tags").inverse) == ("tags", "books")


def test_way_back_that_is_none(db: Any, field: Find) -> None:
    """A condition of one's own leads nowhere back, nor do two that could (S72)."""

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        books = relationship("Book", overlaps="author,late")
        late = relationship("Book", viewonly=True)

    class Shop(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        open = relationship(
            "Book", primaryjoin="and_(Book.shop_id == Shop.id, Book.free)", viewonly=True
        )

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        free: Mapped[bool]
        author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship(Author, overlaps="books")
        shop_id: Mapped[int] = mapped_column(sa.ForeignKey("shop.id"))
        shop = relationship(Shop)

    assert field(Book, "author").inverse == ""
    assert (field(Shop, "open").inverse, field(Book, "shop").inverse) == ("", "")


def test_condition_by_a_truth_value_folds_nothing(db: Any, describe: Describe) -> None:
    """A relation that holds for some rows only is not what its foreign key says."""

    class Shop(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        open: Mapped[bool]

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        shop_id: Mapped[int] = mapped_column(sa.ForeignKey("shop.id"))
        shop = relationship(Shop, primaryjoin=lambda: sa.and_(Book.shop_id == Shop.id, Shop.open))

    assert describe(Book).description.by_name["shop"].local == ()
    assert names(describe(Book)) == ["id", "shop_id", "shop"]
