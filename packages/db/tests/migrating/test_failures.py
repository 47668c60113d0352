"""A revision that fails half-way, and revisions that are not where they should be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from .conftest import Make, PricedShop, Project, Shop

WRONG = (
    "op.create_table('a', sa.Column('id', sa.Integer, primary_key=True))\n"
    "    op.execute('INSERT INTO a VALUES (1)')\n"
    "    op.create_table('b', sa.Column('id', sa.Integer, primary_key=True))\n"
    "    op.execute('INSERT INTO b VALUES (2)')\n"
    "    op.execute('INSERT INTO nowhere VALUES (3)')\n"
    "    op.create_table('c', sa.Column('id', sa.Integer, primary_key=True))"
)


@pytest.fixture
def start_on(make: Make, package: Path) -> Callable[[URL], Project]:
    """Make a project on a server, with two revisions of which the second fails half-way."""

    def start(server: URL) -> Project:
        address = server.render_as_string(hide_password=False)
        project = make(Shop(), books=False, SQLALCHEMY_DATABASE_URI=address)
        project.run("init")
        project.write("a1", "op.create_table('kept', sa.Column('id', sa.Integer))", None)
        project.write("a2", WRONG, "a1")
        return project

    return start


@pytest.fixture
def half(mariadb: URL, start_on: Callable[[URL], Project]) -> Project:
    """The project on MariaDB."""
    return start_on(mariadb)


def leaves_nothing(project: Project) -> None:
    """Check that the first revision stays, the second left nothing, and mended goes through."""
    said = project.refused("upgrade")
    assert "nowhere" in said
    assert "Revision 'a2' failed; it was taken back and has left nothing." in said
    assert "Mend it and run flask db upgrade again." in said
    assert project.recorded == {"a1", "shop_001"}
    assert project.tables == {"alembic_version", "kept", "shop_order", "shop_line"}
    project.write("a2", WRONG.replace("nowhere", "a"), "a1")
    project.run("upgrade")
    assert {"a", "b", "c"} <= project.tables


def test_sqlite_takes_back_the_revision(start_on: Callable[[URL], Project]) -> None:
    """On SQLite each revision is all or nothing, and a mended one goes through."""
    leaves_nothing(start_on(sa.make_url("sqlite:///half.db")))


@pytest.mark.services
def test_postgresql_takes_back_the_revision(
    postgres: URL, start_on: Callable[[URL], Project]
) -> None:
    """On PostgreSQL too, and the revisions before it stay."""
    leaves_nothing(start_on(postgres))


@pytest.mark.services
def test_mariadb_says_where_it_stands(half: Project) -> None:
    """Which revision, which statement, what is committed, and what to do; at each command."""
    first = half.refused("upgrade")
    again = half.refused("upgrade")
    for said in (first, again, half.refused("downgrade"), half.run("status")):
        assert "The upgrade of revision 'a2' stopped half-way" in said
        assert "recorded at a1, shop_001." in said
        assert "Statements 1 to 3 are applied and committed; the last is: CREATE TABLE b" in said
        assert "Statement 4 failed" not in said
        assert "INSERT INTO nowhere VALUES (3)" in said
        assert "run flask db resume, which goes on with statement 4" in said
    assert {"a", "b", "db_migrating"} <= half.tables
    assert half.recorded == {"a1", "shop_001"}


@pytest.mark.services
def test_mariadb_goes_on_after_the_cause_is_mended(half: Project) -> None:
    """``resume`` skips what is committed, carries out the rest once, and goes to the head."""
    half.refused("upgrade")
    half.write("a2", WRONG.replace("nowhere", "a"), "a1")
    half.write("a3", "op.create_table('d', sa.Column('id', sa.Integer))", "a2")
    half.run("resume", "status")
    assert half.recorded == {"a3", "shop_001"}
    assert {"a", "b", "c", "d"} <= half.tables
    assert "db_migrating" not in half.tables
    assert sorted(half.execute("SELECT id FROM a")) == [(1,), (3,)]
    assert half.execute("SELECT id FROM b") == [(2,)]
    assert "No revision has stopped half-way." in half.run("resume")


@pytest.mark.services
def test_mariadb_refuses_another_beginning(half: Project) -> None:
    """A committed statement that was rewritten since cannot be skipped: it is shown."""
    half.refused("upgrade")
    half.write("a2", WRONG.replace("'a'", "'z'"), "a1")
    said = half.refused("resume")
    assert "Statement 1 of 'a2' was 'CREATE TABLE a" in said
    assert "now is 'CREATE TABLE z" in said
    assert "z" not in half.tables
    assert "Statements 1 to 3 are applied" in half.refused("upgrade")


@pytest.mark.services
def test_mariadb_finished_by_hand_is_stamped(half: Project) -> None:
    """Who finishes a revision by hand says so with ``stamp``, which ends the matter."""
    half.refused("upgrade")
    half.execute("CREATE TABLE c (id integer)")
    half.run("stamp a2", "upgrade")
    assert half.recorded == {"a2", "shop_001"}
    assert "db_migrating" not in half.tables


@pytest.mark.services
def test_mariadb_failing_at_once_leaves_nothing(half: Project) -> None:
    """Where nothing was committed yet, a mended revision is simply run again."""
    half.write("a2", "op.execute('INSERT INTO nowhere VALUES (1)')", "a1")
    assert "nothing of it is applied" in half.refused("upgrade")
    half.write("a2", "op.create_table('b', sa.Column('id', sa.Integer))", "a1")
    half.run("upgrade")
    assert half.tables == {"alembic_version", "kept", "b", "shop_order", "shop_line"}


@pytest.mark.services
def test_mariadb_resumes_a_downgrade(half: Project) -> None:
    """A downgrade that stopped half-way goes on downwards."""
    half.write("a2", "op.create_table('b', sa.Column('id', sa.Integer))", "a1")
    half.run("upgrade")
    file = half.versions / "a2.py"
    drops = "op.drop_table('b')\n    op.drop_table('nowhere')\n"
    whole = file.read_text("utf-8")
    file.write_text(whole.replace("downgrade():\n    pass", f"downgrade():\n    {drops}"), "utf-8")
    assert "The downgrade of revision 'a2' stopped half-way" in half.refused("downgrade")
    half.execute("CREATE TABLE nowhere (id integer)")
    half.run("resume")
    assert half.recorded == {"a1", "shop_001"}
    assert not {"b", "nowhere"} & half.tables


@pytest.mark.services
def test_mariadb_error_of_python_says_where_it_stands(half: Project) -> None:
    """A mistake in a revision's code keeps its traceback, which ends with where it stands."""
    half.write("a2", "op.execute('CREATE TABLE b (id integer)')\n    1 / 0", "a1")
    done = half.flask("upgrade")
    assert isinstance(done.exception, ZeroDivisionError)
    (note,) = done.exception.__notes__
    assert "Statement 1 is applied and committed" in note
    assert "goes on with statement 2" in note


def test_missing_extension_is_one_sentence(grown: Project, make: Make) -> None:
    """Its revisions are named, and whose they are, and what to run."""
    absent = make()
    for command in ("upgrade", "migrate", "current", "check", "heads", "status", "history"):
        said = absent.refused(command)
        assert "needs 'shop_001' of the extension 'shop', which is not on this" in said, command
        assert "run flask db forget shop." in said


def test_missing_extension_in_the_database_only(shop: Project, make: Make) -> None:
    """So too where no revision of the application depends on it."""
    shop.run("upgrade")
    absent = make()
    for command in ("upgrade", "migrate", "current", "check", "status", "downgrade"):
        said = absent.refused(command)
        assert "The database is at 'shop_001' of the extension 'shop'" in said, command


def test_newer_release_in_the_database_is_one_sentence(
    grown: Project, release: Callable[[], None], package: Path
) -> None:
    """The database has a revision of an extension that the installed release lacks."""
    release()
    grown.run("upgrade")
    (package / "shop_002_prices.py").unlink()
    for command in ("upgrade", "current", "downgrade"):
        said = grown.refused(command)
        assert "'shop_002', which the installed release of 'shop' does not have yet" in said


def test_database_newer_than_the_code_is_one_sentence(grown: Project) -> None:
    """A revision of the application that is not here is named in Alembic's words."""
    own = next(iter(grown.recorded))
    grown.write("z9", "pass", own)
    grown.run("upgrade")
    (grown.versions / "z9.py").unlink()
    for command in ("upgrade", "current", "downgrade", "check", "migrate", "stamp z9"):
        said = grown.refused(command)
        assert "Can't locate revision identified by 'z9'" in said, command
    assert "the database is newer than this code" in grown.refused("upgrade")
    grown.run("stamp --purge heads", "check")


def test_missing_file_is_one_sentence(grown: Project) -> None:
    """A revision that comes after one that is not there names it."""
    grown.write("z9", "pass", "z8")
    assert "'z9' needs 'z8', which is not among the revisions" in grown.refused("upgrade")


def test_table_made_by_create_all_says_what_to_stamp(make: Make, package: Path) -> None:
    """Tables that are there before their branch is applied are recorded, not made again."""
    project = make(Shop())
    project.run("init")
    with project.app.app_context():
        project.db.create_all()
    said = project.refused("upgrade")
    assert "already exists" in said
    assert "flask db stamp shop@head" in said
    project.run("stamp shop@head", "upgrade", "check")


@pytest.mark.parametrize("extension", [Shop(), PricedShop()])
def test_several_heads_of_an_extension_do_not_stop_the_application(
    make: Make, package: Path, release: Callable[[], None], extension: Shop
) -> None:
    """Each of an extension's revisions is applied once, whichever release is there."""
    project = make(extension)
    project.run("init")
    if extension.priced:
        release()
    project.run("upgrade", "upgrade", "status")
    assert project.recorded == {"shop_002" if extension.priced else "shop_001"}
