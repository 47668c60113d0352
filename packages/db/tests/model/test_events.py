"""What is told of what a session writes (S31 to S35)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stack_core import Registry
from stack_core.access import ACCESS, Identity
from stack_core.event import Change, changed, changing
from stack_db import Database
from stack_db.declaration import about
from stack_db.telling import LARGE, Telling, pending


class Shop(SimpleNamespace):
    """An application with books that have an author and tags."""

    app: Flask
    db: Any
    Book: Any
    Author: Any
    Tag: Any


def map_models(db: Any) -> dict[str, Any]:
    """Map the models of the shop."""
    tagging = db.Table(
        "tagging",
        sa.Column("book_id", sa.ForeignKey("book.id"), primary_key=True),
        sa.Column("tag_id", sa.ForeignKey("tag.id"), primary_key=True),
    )

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50))

    class Tag(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str | None] = mapped_column(sa.Text)
        size: Mapped[int | None]
        pin: Mapped[str | None] = mapped_column(sa.String(50), info=about(secret=True))
        word: Mapped[str | None] = mapped_column(sa.String(50), info=about(write_only=True))
        data: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
        author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship(Author)
        tags = relationship(Tag, secondary=tagging)

    return {"Author": Author, "Tag": Tag, "Book": Book}


@pytest.fixture
def shop(serve: Callable[..., tuple[Flask, Any]]) -> Iterator[Shop]:
    """A shop in each sort of database, with its application context pushed."""
    app, db = serve()
    made = Shop(app=app, db=db, **map_models(db))
    with app.app_context():
        db.create_all()
        yield made
        db.session.rollback()


def told(heard: list[Any], signal: str) -> list[tuple[str, str]]:
    """Return action and kind of what a signal told."""
    return [(each.action, each.kind) for name, each in heard if name == signal]


def last(heard: list[Any]) -> Change:
    """Return what was told last."""
    found: Change = heard[-1][1]
    return found


def test_change_is_told_twice(shop: Shop, heard: list[Any]) -> None:
    """``changing`` at the flush, ``changed`` after the commit."""
    book = shop.Book(title="a", size=1)
    shop.db.session.add(book)
    assert heard == []
    shop.db.session.flush()
    assert told(heard, "changing") == [("create", "book")]
    assert told(heard, "changed") == []
    shop.db.session.commit()
    assert told(heard, "changed") == [("create", "book")]
    change = last(heard)
    assert (change.key, change.count, change.where) == (book.id, 1, None)
    assert change.new["title"] == "a"
    assert change.new["id"] == book.id
    assert change.at > 1_700_000_000


def test_update_has_old_and_new(shop: Shop, heard: list[Any]) -> None:
    """Only what differs is told; a foreign key by its relation's name."""
    book = shop.Book(title="a", size=1)
    author = shop.Author(name="x")
    shop.db.session.add_all([book, author])
    shop.db.session.commit()
    assert (book.title, book.size, book.author_id) == ("a", 1, None)
    book.title, book.size, book.author = "b", 1, author
    shop.db.session.commit()
    change = last(heard)
    assert (change.action, change.key) == ("update", book.id)
    assert change.old == {"title": "a", "author": None}
    assert change.new == {"title": "b", "author": author.id}


def test_nothing_different_is_nothing_told(shop: Shop, heard: list[Any]) -> None:
    """Setting a value to what it was is no change."""
    book = shop.Book(title="a")
    shop.db.session.add(book)
    shop.db.session.commit()
    heard.clear()
    assert book.title == "a"
    book.title = "b"
    book.title = "a"
    shop.db.session.commit()
    assert heard == []


def test_value_that_was_never_read_is_absent(shop: Shop, heard: list[Any]) -> None:
    """S34: nothing is said of the old value rather than something false."""
    book = shop.Book(title="a", size=1)
    shop.db.session.add(book)
    shop.db.session.commit()
    book.size = 2
    shop.db.session.commit()
    assert (last(heard).old, last(heard).new) == ({}, {"size": 2})


def test_value_that_was_changed_in_place(shop: Shop, heard: list[Any]) -> None:
    """Nobody knows what a mapping was before it was changed in place."""
    book = shop.Book(data={"a": 1})
    shop.db.session.add(book)
    shop.db.session.commit()
    book.data["a"] = 2
    sa.orm.attributes.flag_modified(book, "data")
    shop.db.session.commit()
    assert (last(heard).old, last(heard).new) == ({}, {"data": {"a": 2}})


def test_delete_has_what_was(shop: Shop, heard: list[Any]) -> None:
    """The old values of a row that is gone are those that were loaded."""
    book = shop.Book(title="a")
    shop.db.session.add(book)
    shop.db.session.commit()
    key = book.id
    shop.db.session.delete(book)
    shop.db.session.commit()
    change = last(heard)
    assert (change.action, change.key, change.old["title"], change.new) == ("delete", key, "a", {})


def test_secrets_and_large_values_are_named_only(shop: Shop, heard: list[Any]) -> None:
    """S34: they appear with None, old and new."""
    long = "x" * (LARGE + 1)
    book = shop.Book(title=long, pin="1234", word="hidden", data={"a": long}, size=1)
    shop.db.session.add(book)
    shop.db.session.commit()
    new = last(heard).new
    assert {name: new[name] for name in ("title", "pin", "word", "data", "size")} == {
        "title": None,
        "pin": None,
        "word": None,
        "data": None,
        "size": 1,
    }
    assert (book.pin, book.title) == ("1234", long)
    book.pin, book.title = "5678", "short"
    shop.db.session.commit()
    assert last(heard).old == {"pin": None, "title": None}
    assert last(heard).new == {"pin": None, "title": "short"}


def test_many_to_many_relation_is_told(shop: Shop, heard: list[Any]) -> None:
    """Its keys before and after, where they are known; otherwise its name."""
    one, two = shop.Tag(), shop.Tag()
    book = shop.Book(tags=[one])
    shop.db.session.add_all([book, two])
    shop.db.session.commit()
    book.tags.append(two)
    shop.db.session.commit()
    assert (last(heard).kind, last(heard).action) == ("book", "update")
    assert last(heard).old == {"tags": [one.id]}
    assert last(heard).new == {"tags": [one.id, two.id]}


def test_rollback_tells_nothing(shop: Shop, heard: list[Any]) -> None:
    """What was not committed has not changed."""
    shop.db.session.add(shop.Book())
    shop.db.session.flush()
    shop.db.session.rollback()
    shop.db.session.add(shop.Author(name="x"))
    shop.db.session.commit()
    assert told(heard, "changed") == [("create", "author")]


def test_session_that_is_closed_tells_nothing(shop: Shop, heard: list[Any]) -> None:
    """The end of a request without a commit is no commit."""
    shop.db.session.add(shop.Book())
    shop.db.session.flush()
    shop.db.session.close()
    shop.db.session.commit()
    assert told(heard, "changed") == []


def test_undone_savepoint_takes_its_events_along(shop: Shop, heard: list[Any]) -> None:
    """S32: what is around it, before and after, is told."""
    session = shop.db.session
    session.add(shop.Author(name="before"))
    with session.begin_nested():
        session.add(shop.Tag())
        undone = session.begin_nested()
        session.add(shop.Book(title="lost"))
        session.flush()
        undone.rollback()
        with session.begin_nested():
            session.add(shop.Book(title="kept"))
    session.add(shop.Author(name="after"))
    assert told(heard, "changed") == []
    session.commit()
    assert told(heard, "changed") == [
        ("create", "author"),
        ("create", "tag"),
        ("create", "book"),
        ("create", "author"),
    ]
    assert [c.new["title"] for n, c in heard if n == "changed" and c.kind == "book"] == ["kept"]


def test_kept_savepoint_falls_with_what_is_around_it(shop: Shop, heard: list[Any]) -> None:
    """A savepoint that was released is undone by the transaction's rollback."""
    with shop.db.session.begin_nested():
        shop.db.session.add(shop.Book())
    shop.db.session.rollback()
    shop.db.session.commit()
    assert told(heard, "changed") == []


def test_receiver_writes_with_the_change(shop: Shop, heard: list[Any]) -> None:
    """S31: what ``changing`` writes stands and falls with the change."""

    def write(sender: Flask, change: Change) -> None:
        if change.kind == "book":
            statement = shop.Author.__table__.insert().values(name=f"{change.action}d")
            shop.db.session.execute(statement)

    count = sa.select(sa.func.count()).select_from(shop.Author)
    with changing.connected_to(write):
        shop.db.session.add(shop.Book())
        shop.db.session.flush()
        shop.db.session.rollback()
        assert shop.db.session.scalar(count) == 0
        shop.db.session.add(shop.Book())
        shop.db.session.commit()
    assert shop.db.session.scalar(count) == 1


def test_what_changing_raises_undoes_the_change(shop: Shop, heard: list[Any]) -> None:
    """S31: it reaches the caller."""

    def refuse(sender: Flask, change: Change) -> None:
        raise PermissionError("not today")

    with changing.connected_to(refuse):
        shop.db.session.add(shop.Book())
        with pytest.raises(PermissionError, match="not today"):
            shop.db.session.commit()
    shop.db.session.rollback()
    assert shop.db.session.scalar(sa.select(sa.func.count()).select_from(shop.Book)) == 0
    assert told(heard, "changed") == []


def test_what_changed_raises_is_logged(
    shop: Shop, heard: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    """S33: the change stands, and others hear of it."""

    def fail(sender: Flask, change: Change) -> None:
        raise ValueError("no mail today")

    with changed.connected_to(fail):
        shop.db.session.add(shop.Book())
        shop.db.session.commit()
    assert told(heard, "changed") == [("create", "book")]
    assert "no mail today" in caplog.text


@pytest.mark.parametrize("block", [False, True])
def test_receiver_of_changed_may_use_the_database(shop: Shop, block: bool) -> None:
    """S32: it reads what was committed and commits its own, also at the end of ``begin()``."""
    seen = []

    def answer(sender: Flask, change: Change) -> None:
        seen.append((change.kind, shop.db.session.get(shop.Book, 1) is not None))
        if change.kind == "book":
            shop.db.session.add(shop.Author(name="thanks"))
            shop.db.session.commit()

    with changed.connected_to(answer):
        if block:
            with shop.db.session.begin():
                shop.db.session.add(shop.Book(id=1))
        else:
            shop.db.session.add(shop.Book(id=1))
            shop.db.session.commit()
    assert seen == [("book", True), ("author", True)]
    assert shop.db.session.scalar(sa.select(shop.Author.name)) == "thanks"


def test_bulk_statement_is_one_event(shop: Shop, heard: list[Any]) -> None:
    """It has the number of rows and what was written to all; which rows cannot be said."""
    session, book = shop.db.session, shop.Book
    session.execute(sa.insert(book), [{"size": 1}, {"size": 2}, {"size": 3}])
    session.execute(sa.insert(book).values([{"size": 7}, {"size": 8}]))
    session.execute(sa.insert(book).values(size=9))
    session.execute(sa.delete(book).where(book.size > 6))
    values = {"title": "b", "pin": "x", "author_id": None}
    session.execute(sa.update(book).where(book.size > 1).values(values))
    session.execute(sa.update(book).where(book.size == 3).values(size=book.size + 1))
    session.execute(sa.delete(book).where(book.size > 1))
    session.commit()
    changes = [change for name, change in heard if name == "changed"]
    assert [(each.action, each.count, each.key, each.where) for each in changes] == [
        ("create", 3, None, None),
        ("create", 2, None, None),
        ("create", 1, None, None),
        ("delete", 3, None, None),
        ("update", 2, None, None),
        ("update", 1, None, None),
        ("delete", 2, None, None),
    ]
    assert [each.new for each in changes[:4]] == [{"size": None}, {"size": None}, {"size": 9}, {}]
    assert changes[4].new == {"title": "b", "pin": None, "author": None}
    assert changes[5].new == {"size": None}


def test_bulk_statement_that_finds_nothing_is_none(shop: Shop, heard: list[Any]) -> None:
    """No row, no event."""
    shop.db.session.execute(sa.delete(shop.Book))
    shop.db.session.commit()
    assert heard == []


def test_bulk_statement_returns_its_rows(shop: Shop, heard: list[Any]) -> None:
    """The caller gets what the statement returns, and the event counts it."""
    if shop.db.engine.dialect.name in ("mysql", "mariadb"):
        pytest.skip("MariaDB's UPDATE has no RETURNING")
    session, book = shop.db.session, shop.Book
    session.add_all([book(size=1), book(size=2)])
    session.commit()
    found = session.execute(sa.update(book).values(title="x").returning(book.size, book.title))
    assert sorted(found.all()) == [(1, "x"), (2, "x")]
    session.commit()
    assert (last(heard).action, last(heard).count) == ("update", 2)


def test_core_statement_is_silent(shop: Shop, heard: list[Any]) -> None:
    """A statement on tables passes the models by, as documented."""
    shop.db.session.execute(shop.Book.__table__.insert(), {"size": 1})
    shop.db.session.commit()
    assert heard == []


def test_actor_and_request(shop: Shop, heard: list[Any]) -> None:
    """Who asked, and in which request."""

    class Provider:
        def access(self) -> Any:
            return SimpleNamespace(identity=Identity("ann"))

    Registry.of(shop.app).claim(ACCESS, Provider(), owner="test")
    with shop.app.test_request_context():
        shop.db.session.add(shop.Book())
        shop.db.session.commit()
        assert last(heard).actor == "ann"
        assert last(heard).request_id
    shop.db.session.add(shop.Book())
    shop.db.session.commit()
    assert last(heard).actor == ""


def test_two_applications_on_one_database(make_app: Any, heard: list[Any]) -> None:
    """Each hears of its own changes, once."""
    db: Any = Database()
    apps = []
    for number in range(2):
        app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{number}.db")
        db.init_app(app)
        apps.append(app)
    models = map_models(db)
    senders = []

    def note(sender: Flask, change: Change) -> None:
        senders.append(sender)

    with changed.connected_to(note):
        for app in apps:
            with app.app_context():
                db.create_all()
                db.session.add(models["Book"]())
                db.session.commit()
    assert senders == apps
    assert len(heard) == 4


def test_plain_flask_sqlalchemy_is_heard(make_app: Any, heard: list[Any]) -> None:
    """An instance that the application had before tells of its changes too."""
    from flask_sqlalchemy import SQLAlchemy

    app = make_app()
    db: Any = SQLAlchemy(app)
    Database.compose({}).extension.init_app(app)
    models = map_models(db)
    with app.app_context():
        db.create_all()
        db.session.add(models["Book"]())
        db.session.commit()
        db.session.execute(sa.update(models["Book"]).values(size=1))
        db.session.commit()
    assert told(heard, "changed") == [("create", "book"), ("update", "book")]


def test_session_of_ones_own_is_heard(make_app: Any, heard: list[Any]) -> None:
    """A class that is given as ``session_options`` is the application's session."""
    from flask_sqlalchemy.session import Session

    class Own(Session):
        pass

    app = make_app()
    db: Any = Database(app, session_options={"class_": Own})
    models = map_models(db)
    with app.app_context():
        db.create_all()
        db.session.add(models["Book"]())
        db.session.commit()
        db.session.execute(sa.update(models["Book"]).values(size=1))
        db.session.commit()
    assert told(heard, "changed") == [("create", "book"), ("update", "book")]


def test_nobody_listens_and_nothing_is_collected(shop: Shop) -> None:
    """S35: no descriptions are made, and statements are not watched."""
    shop.db.session.add(shop.Book())
    shop.db.session.commit()
    shop.db.session.execute(sa.update(shop.Book).values(size=1))
    shop.db.session.commit()
    session = shop.db.session()
    assert not session.dispatch.do_orm_execute
    assert "stack_db_telling" not in session.info
    assert not vars(shop.db)["_stack_kinds"]._made if "_stack_kinds" in vars(shop.db) else True


def test_application_starts_without_it() -> None:
    """Start-up imports the listeners and nothing of what they call."""
    import subprocess

    script = (
        "import sys; from flask import Flask; from stack_db import Database;"
        " app = Flask('x'); app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite://'; Database(app);"
        " names = {'declaration', 'mixins', 'telling', 'flushing', 'history', 'bulk',"
        " 'soft_delete', 'live_unique', 'model.kinds', 'model.describing'};"
        " print(sorted(n for n in names if 'stack_db.' + n in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_telling_without_a_session(shop: Shop, heard: list[Any]) -> None:
    """Who has a connection of its own sends when its commit has returned."""
    telling = Telling(shop.app)
    telling.change(Change(kind="book", action="create", key=1))
    mark = telling.mark()
    telling.change(Change(kind="book", action="create", key=2))
    telling.undo(mark)
    assert [change.key for name, change in heard if name == "changing"] == [1, 2]
    telling.send()
    assert [change.key for name, change in heard if name == "changed"] == [1]


def test_telling_of_a_session_follows_its_transactions(shop: Shop, heard: list[Any]) -> None:
    """A store tells what it writes on the session's connection."""
    session = shop.db.session()
    session.connection()
    pending(session).change(Change(kind="book", action="create", key=1))
    with session.begin_nested() as inner:
        pending(session).change(Change(kind="book", action="create", key=2))
        inner.rollback()
    assert told(heard, "changed") == []
    session.commit()
    assert [change.key for name, change in heard if name == "changed"] == [1]
