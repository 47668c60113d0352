"""``flask db forget``: going on after an extension was uninstalled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from .conftest import Make, Project, Shop


@pytest.fixture
def left(make: Make, package: Path, anywhere: URL) -> Callable[[], Project]:
    """Applied on every kind of database, with rows; then the extension is gone."""
    address = anywhere.render_as_string(hide_password=False)
    project = make(Shop(), SQLALCHEMY_DATABASE_URI=address)
    project.run("init", "upgrade", "migrate -m books", "upgrade")
    project.execute("INSERT INTO shop_order (id, note) VALUES (1, 'one')")
    project.execute("INSERT INTO shop_line (id, order_id) VALUES (1, 1)")
    return lambda: make(SQLALCHEMY_DATABASE_URI=address)


def test_tables_are_kept(left: Callable[[], Project]) -> None:
    """Every command works again, the rows stay, and no later revision drops them."""
    project = left()
    said = project.run("forget shop --keep-tables")
    assert "left alone: shop_line, shop_order." in said
    project.run("upgrade", "check", "current", "heads", "history", "status")
    assert project.execute("SELECT note FROM shop_order") == [("one",)]
    sa.Table("late", project.db.metadata, sa.Column("id", sa.Integer, primary_key=True))
    project.run("migrate -m late", "upgrade", "check", "downgrade", "downgrade")
    assert "shop" not in project.newest()
    assert "shop_order" in project.tables


def test_tables_are_dropped(left: Callable[[], Project]) -> None:
    """Here at once, by a revision that does the same to every other database."""
    project = left()
    said = project.run("forget shop --drop-tables")
    assert "Dropped here: shop_line, shop_order." in said
    assert project.tables == {"alembic_version", "book"}
    assert "op.drop_table('shop_order', if_exists=True)" in project.newest()
    project.run("check", "upgrade", "status")
    project.run("downgrade", "upgrade")


def test_other_database_drops_with_its_next_upgrade(
    grown: Project, make: Make, tmp_path: Path
) -> None:
    """The files are what is deployed; the warning of dropped rows is given there."""
    elsewhere = make(Shop(), SQLALCHEMY_DATABASE_URI="sqlite:///elsewhere.db")
    elsewhere.run("upgrade")
    elsewhere.execute("INSERT INTO shop_order (id, note) VALUES (1, 'one')")
    make().run("forget shop --drop-tables")
    later = make(SQLALCHEMY_DATABASE_URI="sqlite:///elsewhere.db")
    said = later.run("upgrade")
    assert "drops table 'shop_order'" in said
    assert later.tables == {"alembic_version", "book"}


def test_fresh_database_needs_no_extension(grown: Project, make: Make) -> None:
    """A new installation runs the whole history without the extension's tables."""
    make().run("forget shop --keep-tables")
    fresh = make(SQLALCHEMY_DATABASE_URI="sqlite:///fresh.db")
    fresh.run("upgrade", "check")
    assert fresh.tables == {"alembic_version", "book"}


@pytest.mark.services
def test_foreign_key_of_the_application_is_dropped_first(
    make: Make, package: Path, postgres: URL
) -> None:
    """A table that refers to those that go loses its key, not its rows."""
    address = postgres.render_as_string(hide_password=False)
    project = make(Shop(), books=False, SQLALCHEMY_DATABASE_URI=address)
    owner = sa.Column("order_id", sa.ForeignKey("shop_order.id", name="fk_book_order"))
    table = ("book", project.db.metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(*table, owner)
    project.run("init", "upgrade", "migrate", "upgrade")
    project.execute("INSERT INTO shop_order (id, note) VALUES (1, 'one')")
    project.execute("INSERT INTO book (id, order_id) VALUES (5, 1)")
    bare = make(SQLALCHEMY_DATABASE_URI=address)
    bare.run("forget shop --drop-tables")
    assert bare.execute("SELECT id, order_id FROM book") == [(5, 1)]


def test_nameless_foreign_key_is_said(grown: Project, make: Make) -> None:
    """Where a key cannot be dropped by name, nothing is written and nothing dropped."""
    grown.execute("CREATE TABLE note (id integer, order_id integer REFERENCES shop_order (id))")
    project = make()
    said = project.refused("forget shop --drop-tables")
    assert "A foreign key of 'note' without a name" in said
    assert not list(project.versions.glob("*forgotten*"))
    assert "shop_order" in project.tables


def test_choice_must_be_made(grown: Project, make: Make) -> None:
    """Without somebody to ask, what happens to the tables must be said."""
    said = make().refused("forget shop")
    assert "Run the command with --keep-tables or --drop-tables." in said
    assert not list(grown.versions.glob("*forgotten*"))


def test_extension_on_the_application_is_not_forgotten(grown: Project) -> None:
    """First it is taken off."""
    assert "'shop' is on this application." in grown.refused("forget shop --keep-tables")


def test_unknown_name_is_said(grown: Project) -> None:
    """A misspelt name writes nothing."""
    assert "There is nothing to forget." in grown.refused("forget shopp --drop-tables")


def test_later_release_in_the_database(
    grown: Project, release: Callable[[], None], make: Make
) -> None:
    """Every revision up to the last that anybody knows gets its place."""
    release()
    grown.run("upgrade")
    project = make()
    project.run("forget shop --keep-tables", "upgrade", "check")
    assert len(list(project.versions.glob("shop_00?_forgotten.py"))) == 2


def test_extension_that_comes_back_goes_on(
    grown: Project, release: Callable[[], None], make: Make
) -> None:
    """Its own revisions take the place of those that stood for them."""
    make().run("forget shop --keep-tables")
    release()
    back = make(Shop())
    back.run("upgrade", "status")
    assert "shop_002" in back.recorded
    assert "shop         at shop_002, up to date" in back.run("status")


def test_tables_of_the_application_stay(make: Make, package: Path) -> None:
    """A table of the application whose name begins alike is its own."""
    project = make(Shop())
    sa.Table("shop_window", project.db.metadata, sa.Column("id", sa.Integer, primary_key=True))
    project.run("init", "upgrade", "migrate", "upgrade")
    bare = make()
    sa.Table("shop_window", bare.db.metadata, sa.Column("id", sa.Integer, primary_key=True))
    bare.run("forget shop --drop-tables", "check")
    assert bare.tables == {"alembic_version", "book", "shop_window"}
