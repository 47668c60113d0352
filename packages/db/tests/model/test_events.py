"""What is told of what a session writes (S31 to S35)."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import Flask

from stack_core import Registry
from stack_core.access import ACCESS, Identity
from stack_core.event import Change, changed
from stack_db import Database
from stack_db.draft import LARGE
from stack_db.telling import Telling, pending


def last(heard: list[Any]) -> Change:
    """Return what was told last."""
    found: Change = heard[-1][1]
    return found


def test_change_is_told_twice(shop: Any, heard: list[Any], told: Any) -> None:
    """``changing`` at the flush, ``changed`` after the commit."""
    book = shop.Book(title="a", size=1)
    shop.db.session.add(book)
    assert heard == []
    shop.db.session.flush()
    assert told("changing") == [("create", "book")]
    assert told("changed") == []
    shop.db.session.commit()
    assert told("changed") == [("create", "book")]
    change = last(heard)
    assert (change.key, change.count, change.where) == (book.id, 1, None)
    assert change.new["title"] == "a"
    assert change.new["id"] == book.id
    assert change.at > 1_700_000_000


def test_update_has_old_and_new(shop: Any, heard: list[Any]) -> None:
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


def test_nothing_different_is_nothing_told(shop: Any, heard: list[Any]) -> None:
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


def test_value_that_was_never_read_is_absent(shop: Any, heard: list[Any]) -> None:
    """S34: nothing is said of the old value rather than something false."""
    book = shop.Book(title="a", size=1)
    shop.db.session.add(book)
    shop.db.session.commit()
    book.size = 2
    shop.db.session.commit()
    assert (last(heard).old, last(heard).new) == ({}, {"size": 2})


def test_value_that_was_changed_in_place(shop: Any, heard: list[Any]) -> None:
    """Nobody knows what a mapping was before it was changed in place."""
    book = shop.Book(data={"a": 1})
    shop.db.session.add(book)
    shop.db.session.commit()
    book.data["a"] = 2
    sa.orm.attributes.flag_modified(book, "data")
    shop.db.session.commit()
    assert (last(heard).old, last(heard).new) == ({}, {"data": {"a": 2}})


def test_delete_has_what_was(shop: Any, heard: list[Any]) -> None:
    """The old values of a row that is gone are those that were loaded."""
    book = shop.Book(title="a")
    shop.db.session.add(book)
    shop.db.session.commit()
    key = book.id
    shop.db.session.delete(book)
    shop.db.session.commit()
    change = last(heard)
    assert (change.action, change.key, change.old["title"], change.new) == ("delete", key, "a", {})


def test_secrets_and_large_values_are_named_only(shop: Any, heard: list[Any]) -> None:
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


def test_many_to_many_relation_is_told(shop: Any, heard: list[Any]) -> None:
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


def test_actor_and_request(shop: Any, heard: list[Any]) -> None:
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


def test_two_applications_on_one_database(make_app: Any, heard: list[Any], map_books: Any) -> None:
    """Each hears of its own changes, once."""
    db: Any = Database()
    apps = []
    for number in range(2):
        app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{number}.db")
        db.init_app(app)
        apps.append(app)
    models = map_books(db)
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


def test_plain_flask_sqlalchemy_is_heard(make_app: Any, told: Any, map_books: Any) -> None:
    """An instance that the application had before tells of its changes too."""
    from flask_sqlalchemy import SQLAlchemy

    app = make_app()
    db: Any = SQLAlchemy(app)
    Database.compose({}).extension.init_app(app)
    models = map_books(db)
    with app.app_context():
        db.create_all()
        db.session.add(models["Book"]())
        db.session.commit()
        db.session.execute(sa.update(models["Book"]).values(size=1))
        db.session.commit()
    assert told("changed") == [("create", "book"), ("update", "book")]


def test_session_of_ones_own_is_heard(make_app: Any, told: Any, map_books: Any) -> None:
    """A class that is given as ``session_options`` is the application's session."""
    from flask_sqlalchemy.session import Session

    class Own(Session):
        pass

    app = make_app()
    db: Any = Database(app, session_options={"class_": Own})
    models = map_books(db)
    with app.app_context():
        db.create_all()
        db.session.add(models["Book"]())
        db.session.commit()
        db.session.execute(sa.update(models["Book"]).values(size=1))
        db.session.commit()
    assert told("changed") == [("create", "book"), ("update", "book")]


def test_nobody_listens_and_nothing_is_collected(shop: Any) -> None:
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


def test_telling_without_a_session(shop: Any, heard: list[Any]) -> None:
    """Who has a connection of its own sends when its commit has returned."""
    telling = Telling(shop.app)
    telling.change(Change(kind="book", action="create", key=1))
    mark = telling.mark()
    telling.change(Change(kind="book", action="create", key=2))
    telling.undo(mark)
    assert [change.key for name, change in heard if name == "changing"] == [1, 2]
    telling.send()
    assert [change.key for name, change in heard if name == "changed"] == [1]


def test_telling_of_a_session_follows_its_transactions(
    shop: Any, heard: list[Any], told: Any
) -> None:
    """A store tells what it writes on the session's connection."""
    session = shop.db.session()
    session.connection()
    pending(session).change(Change(kind="book", action="create", key=1))
    with session.begin_nested() as inner:
        pending(session).change(Change(kind="book", action="create", key=2))
        inner.rollback()
    assert told("changed") == []
    session.commit()
    assert [change.key for name, change in heard if name == "changed"] == [1]
