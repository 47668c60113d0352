"""An extension's revisions are a branch of their own, which bare words leave alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa

from .conftest import Make, PricedShop, Project, Shop

SHIPPED = {"shop_order", "shop_line"}


def test_upgrade_does_every_branch(shop: Project) -> None:
    """A bare ``upgrade`` applies the application's revisions and those of its extensions."""
    shop.write("a1", "op.create_table('book', sa.Column('id', sa.Integer))", None)
    shop.run("upgrade")
    assert shop.tables == {"alembic_version", "book"} | SHIPPED
    assert shop.recorded == {"a1", "shop_001"}


def test_upgrade_from_code_does_every_branch(shop: Project) -> None:
    """``flask_migrate.upgrade()`` does what the command does."""
    with shop.app.app_context():
        flask_migrate.upgrade()
    assert shop.tables >= SHIPPED


def test_own_migrate_gets_the_branches_too(make: Make, package: Path) -> None:
    """An application's own ``Migrate``, made after its database, knows the extensions."""
    project = make(Shop())
    flask_migrate.Migrate(project.app, project.db)
    with project.app.app_context():
        flask_migrate.init()
        flask_migrate.upgrade()
    assert project.tables >= SHIPPED


def test_migrate_leaves_shipped_tables_out(grown: Project) -> None:
    """The application's revision makes its own tables and none of an extension's."""
    text = grown.newest()
    assert "'book'" in text
    assert "shop_order" not in text
    assert "shop_line" not in text


def test_migrate_depends_on_what_is_shipped(grown: Project) -> None:
    """The application's revision comes after the extensions' by itself, and once."""
    assert "depends_on = 'shop_001'" in grown.newest()
    grown.run("revision -m empty")
    assert "depends_on = None" in grown.newest()


def test_revision_depends_on_what_is_shipped(shop: Project) -> None:
    """A revision that is written by hand does so too."""
    shop.run("upgrade", "revision -m empty")
    assert "depends_on = 'shop_001'" in shop.newest()


def test_migrate_sees_added_columns(grown: Project) -> None:
    """A column that the application adds to an extension's table is its own to migrate."""
    table = grown.db.metadata.tables["shop_order"]
    table.append_column(sa.Column("nick", sa.String(20)))
    grown.run("migrate -m nick", "upgrade", "check")
    assert "sa.Column('nick'" in grown.newest()
    with grown.app.app_context():
        columns = sa.inspect(grown.db.engine).get_columns("shop_order")
    assert [column["name"] for column in columns] == ["id", "note", "nick"]


def test_new_release_is_applied_beside(
    grown: Project, make: Make, release: Callable[[], None]
) -> None:
    """An extension's next revision is applied after the application's, and depended on next."""
    release()
    later = make(PricedShop())
    later.run("upgrade", "check", "revision -m later")
    assert "depends_on = 'shop_002'" in later.newest()
    later.run("upgrade")
    with later.app.app_context():
        columns = sa.inspect(later.db.engine).get_columns("shop_line")
    assert "price" in {column["name"] for column in columns}
    fresh = make(PricedShop(), SQLALCHEMY_DATABASE_URI="sqlite:///fresh.db")
    fresh.run("upgrade", "check", "downgrade base", "upgrade", "downgrade shop@base")
    assert fresh.tables == {"alembic_version"}


@pytest.mark.parametrize("command", ["downgrade", "downgrade -- -1", "downgrade base"])
def test_bare_downgrade_leaves_branches_alone(grown: Project, command: str) -> None:
    """Taking back the application's revisions touches no extension's table."""
    grown.run(command)
    assert grown.tables == {"alembic_version"} | SHIPPED
    assert grown.recorded == {"shop_001"}
    grown.run("upgrade")
    assert "book" in grown.tables


def test_downgrade_without_own_revision_is_refused(shop: Project) -> None:
    """Where only an extension's revisions are applied, there is nothing to take back."""
    shop.run("upgrade")
    said = shop.refused("downgrade")
    assert "No revision of the application is applied" in said
    assert shop.tables >= SHIPPED
    shop.run("downgrade base")
    assert shop.tables >= SHIPPED


def test_named_branch_is_taken_back(grown: Project) -> None:
    """Who names an extension's branch means it; what depends on it goes first."""
    grown.run("downgrade shop@base")
    assert grown.tables == {"alembic_version"}


def test_upgrade_by_one_counts_own_revisions(shop: Project) -> None:
    """``upgrade +1`` is the application's next revision."""
    shop.write("a1", "op.create_table('a', sa.Column('id', sa.Integer))", None)
    shop.write("a2", "op.create_table('b', sa.Column('id', sa.Integer))", "a1")
    shop.run("upgrade +1")
    assert shop.recorded == {"a1"}
    shop.run("upgrade shop@head", "upgrade +1")
    assert shop.recorded == {"a2", "shop_001"}


def test_upgrade_by_one_too_many_is_refused(shop: Project) -> None:
    """Alembic's words are kept where there is no next revision."""
    assert "didn't produce 1 migrations" in shop.refused("upgrade +1")


def test_new_project_is_told_to_upgrade_first(shop: Project) -> None:
    """``migrate`` before the extensions' tables are there says what to run."""
    said = shop.refused("migrate")
    assert "Target database is not up to date. Run flask db upgrade first" in said
    assert "'shop'" in said


def test_drift_is_still_what_check_finds(grown: Project) -> None:
    """``check`` compares models and database, also after ``migrate`` in the same process."""
    grown.run("check")
    sa.Table("late", grown.db.metadata, sa.Column("id", sa.Integer, primary_key=True))
    assert grown.flask("check").exit_code == 1


def test_tables_of_an_absent_extension_are_left_alone(
    grown: Project,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Installed but not on the application: ``migrate`` does not drop its tables."""
    monkeypatch.setattr("stack_db.migrating.branch.find_installed", lambda: [Shop.migrations])
    for revision in grown.versions.glob("*.py"):
        text = revision.read_text("utf-8").replace("depends_on = 'shop_001'", "depends_on = None")
        revision.write_text(text, "utf-8")
    grown.execute("DELETE FROM alembic_version WHERE version_num = 'shop_001'")
    absent = make()
    assert "No new upgrade operations" in absent.run("check")
    assert "drop_table" not in absent.run("migrate")


def test_shipped_constraints_take_the_convention(make: Make, package: Path) -> None:
    """What has no name in the revision has the one that the application's convention gives."""
    names = {"uq": "uq_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}
    project = make(Shop(), metadata=sa.MetaData(naming_convention=names))
    project.run("init", "upgrade", "migrate", "upgrade", "check")
    with project.app.app_context():
        unique = sa.inspect(project.db.engine).get_unique_constraints("shop_order")
    assert [each["name"] for each in unique] == ["uq_shop_order_note"]


def test_merge_joins_own_heads_only(grown: Project) -> None:
    """``merge heads`` never makes an extension's branch part of the application's."""
    first = next(iter(grown.recorded))
    for name in ("b1", "b2"):
        grown.write(name, "pass", first)
    assert grown.flask("upgrade").exit_code == 1
    grown.run("merge heads -m joined", "upgrade")
    text = grown.newest()
    assert "down_revision = ('b1', 'b2')" in text or "down_revision = ('b2', 'b1')" in text
    assert len(grown.recorded) == 1


def test_several_own_heads_are_one_sentence(grown: Project) -> None:
    """They are named, with what to run; ``heads`` still means all of them."""
    first = next(iter(grown.recorded))
    for name in ("b1", "b2"):
        grown.write(name, "pass", first)
    sa.Table("late", grown.db.metadata, sa.Column("id", sa.Integer, primary_key=True))
    for command in ("upgrade", "stamp", "upgrade heads", "revision", "migrate", "stamp"):
        if command == "upgrade heads":
            grown.run(command)
            continue
        said = grown.refused(command)
        assert "Multiple head revisions are present: 'b1', 'b2'." in said
    assert grown.recorded == {"b1", "b2"}


def test_stamp_records_every_branch(make: Make, package: Path) -> None:
    """A database that was made by ``create_all`` is recorded whole by a bare ``stamp``."""
    project = make(Shop())
    project.run("init")
    with project.app.app_context():
        project.db.create_all()
    project.run("stamp", "migrate", "upgrade", "check")
    assert "shop_001" in project.run("current")


def test_stamp_back_keeps_the_branches(grown: Project) -> None:
    """Recording an earlier revision of the application does not forget an extension's."""
    first = next(iter(grown.recorded))
    grown.write("a2", "pass", first)
    grown.run("upgrade", f"stamp {first}")
    assert grown.recorded == {first}
    grown.run("stamp base")
    assert grown.recorded == {"shop_001"}
    grown.run(f"stamp --purge {first}")
    assert grown.recorded == {first}


def test_stamp_without_what_is_needed_is_refused(grown: Project) -> None:
    """An extension's revision cannot be unrecorded under what depends on it."""
    said = grown.refused("stamp shop@base")
    assert "needs 'shop_001'" in said


def test_show_and_listing_commands_know_every_branch(grown: Project) -> None:
    """``show``, ``current``, ``heads``, ``history`` and ``branches`` show all there is."""
    own = next(iter(grown.recorded))
    for command in ("show", "current", "heads", "history"):
        said = grown.run(command)
        assert own in said, command
    assert "shop_001" in grown.run("history")
    assert "shop_001" in grown.run("current")
    grown.run("branches", "show shop@head", f"show {own}")


def test_edit_opens_the_own_revision(grown: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """``edit`` is for the application's revision, not for what a package ships."""
    opened: list[str] = []
    monkeypatch.setattr("alembic.util.open_in_editor", opened.append)
    grown.run("edit")
    assert [Path(path).parent.name for path in opened] == ["versions"]


def test_offline_upgrade_prints_every_branch(shop: Project) -> None:
    """``upgrade --sql`` prints the statements of all branches and touches nothing."""
    shop.run("upgrade", "migrate -m books")
    said = shop.run("upgrade --sql")
    assert said.index("CREATE TABLE shop_order") < said.index("CREATE TABLE book")
    assert "book" not in shop.tables


def test_offline_downgrade_prints_own_statements(grown: Project) -> None:
    """``downgrade --sql`` begins at the application's head."""
    said = grown.run("downgrade --sql")
    assert "DROP TABLE book" in said
    assert "shop_order" not in said


def test_status_shows_what_is_pending(shop: Project, release: Callable[[], None]) -> None:
    """Each branch has a line, each pending revision another."""
    shop.write("a1", "pass", None)
    shop.run("upgrade")
    release()
    shop.write("a2", "pass", "a1")
    assert shop.run("status").splitlines() == [
        "application  at a1, 1 pending",
        "  a2  Revision a2.",
        "shop         at shop_001, 1 pending",
        "  shop_002  Prices.",
    ]
    shop.run("upgrade")
    assert shop.run("status").splitlines() == [
        "application  at a2, up to date",
        "shop         at shop_002, up to date",
    ]


def test_status_sees_what_is_implied(grown: Project) -> None:
    """A revision that another one depends on has no row of its own, and is applied."""
    assert len(grown.recorded) == 1
    assert "shop         at shop_001, up to date" in grown.run("status")


def test_status_of_a_fresh_database_changes_nothing(shop: Project) -> None:
    """Looking makes no table."""
    assert "shop         at base, 1 pending" in shop.run("status")
    assert shop.tables == set()


def test_several_databases_keep_working(make: Make, package: Path) -> None:
    """Flask-Migrate's template for several databases takes the shipped tables along."""
    project = make(Shop(), SQLALCHEMY_BINDS={"other": "sqlite:///other.db"})
    (package / "shop_001_orders.py").write_text(
        (package / "shop_001_orders.py")
        .read_text("utf-8")
        .replace("def upgrade():", "def upgrade(engine_name=''):\n    if engine_name: return")
        .replace("def downgrade():", "def downgrade(engine_name=''):\n    if engine_name: return"),
        "utf-8",
    )
    project.run("init --multidb", "upgrade", "migrate", "upgrade", "check", "downgrade", "upgrade")
    assert {"book"} | SHIPPED <= project.tables
    assert "[default]" in project.run("status")


def test_python_m_flask_works(shop: Project, folder: Path) -> None:
    """The command is the same by its module."""
    program = (
        "from flask import Flask\nfrom stack_db import Database\n"
        "app = Flask(__name__)\napp.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///x.db'\n"
        "Database(app)\n"
    )
    (folder / "plain.py").write_text(program, "utf-8")
    command = [sys.executable, "-m", "flask", "--app", "plain", "db", "status"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "application  at base, up to date\n", done.stderr
