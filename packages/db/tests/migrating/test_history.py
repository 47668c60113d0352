"""An existing folder of migrations and its history keep working untouched."""

from __future__ import annotations

from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from .conftest import Make, Project, Shop

OLD_ENV = """
from alembic import context
from flask import current_app

config = context.config
target = current_app.extensions["migrate"].db.metadata


def mine(thing, name, type_, reflected, other):
    return name != "ignored"


def no_hook(context, revision, directives):
    pass


def run():
    connectable = current_app.extensions["migrate"].db.engine
    with connectable.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=target,
            include_object=mine,
            transaction_per_migration=True,
            process_revision_directives=no_hook,
            **{k: v for k, v in current_app.extensions["migrate"].configure_args.items()
               if k not in ("process_revision_directives",)},
        )
        with context.begin_transaction():
            context.run_migrations()


run()
"""


@pytest.fixture
def old(make: Make) -> Project:
    """An application with three unlabelled revisions, all applied, before it had extensions."""
    project = make()
    project.run("init")
    project.write("a1", "op.execute('CREATE TABLE IF NOT EXISTS book (id integer)')", None)
    project.write("a2", "op.execute('CREATE TABLE IF NOT EXISTS b (id integer)')", "a1")
    project.write("a3", "pass", "a2")
    project.run("upgrade")
    project.execute("INSERT INTO book VALUES (7)")
    return project


def test_extension_joins_an_existing_history(old: Project, make: Make, package: Path) -> None:
    """Its tables come with the next ``upgrade``; no file changes and no row is lost."""
    before = {file: file.read_bytes() for file in old.versions.parent.rglob("*.py")}
    joined = make(Shop())
    joined.run("upgrade", "upgrade")
    assert joined.recorded == {"a3", "shop_001"}
    assert {"shop_order", "shop_line"} <= joined.tables
    assert joined.execute("SELECT id FROM book") == [(7,)]
    assert {file: file.read_bytes() for file in before} == before


def test_composed_application_joins_an_existing_history(old: Project, make: Make) -> None:
    """``Stack`` brings db's own tables, and the next revision depends on them."""
    composed = make(composed=True)
    composed.run("upgrade", "revision -m next", "upgrade", "downgrade", "downgrade")
    assert composed.recorded == {"a2", "db_001"}
    assert composed.execute("SELECT id FROM book") == [(7,)]


@pytest.mark.parametrize("extended", [False, True])
def test_relative_steps_walk_the_old_history(
    old: Project, make: Make, package: Path, extended: bool
) -> None:
    """Down and up by numbers, by name and to the base, with and without an extension."""
    project = make(*([Shop()] if extended else []))
    project.run("upgrade")
    shipped = {"shop_001"} if extended else set()
    for command, left in (
        ("downgrade", {"a2"}),
        ("upgrade +1", {"a3"}),
        ("downgrade -- -2", {"a1"}),
        ("upgrade a2", {"a2"}),
        ("downgrade a1", {"a1"}),
        ("downgrade base", set()),
        ("upgrade +2", {"a2"}),
        ("upgrade", {"a3"}),
        ("stamp a1", {"a1"}),
        ("stamp base", set()),
        ("stamp a2", {"a2"}),
        ("stamp head", {"a3"}),
        ("stamp --purge heads", {"a3"}),
    ):
        project.run(command)
        assert project.recorded == left | shipped, command


def test_own_env_with_own_arguments_stays(old: Project, make: Make, package: Path) -> None:
    """An ``env.py`` that passes the same arguments as we do is not disturbed."""
    (old.versions.parent / "env.py").write_text(OLD_ENV, "utf-8")
    project = make(Shop())
    sa.Table("ignored", project.db.metadata, sa.Column("id", sa.Integer, primary_key=True))
    project.run("upgrade", "migrate -m none")
    assert "ignored" not in project.newest()
    assert "shop_order" not in project.newest()
    assert "drop_table('b')" in project.newest()


def test_several_heads_of_the_application_stay(old: Project, make: Make, package: Path) -> None:
    """Who has several heads names them as before."""
    old.write("b3", "pass", "a2")
    project = make(Shop())
    project.run("upgrade heads")
    assert project.recorded == {"a3", "b3", "shop_001"}
    project.run("downgrade a2")
    assert project.recorded == {"a2", "shop_001"}
    project.run("upgrade a3", "upgrade b3", "merge a3 b3", "upgrade", "current")
    assert len(project.recorded) == 1
    assert "shop_001" in project.run("current")


def test_several_bases_of_the_application_stay(old: Project, make: Make, package: Path) -> None:
    """Two histories in one folder are both the application's."""
    old.write("b1", "pass", None, branch_labels=("second",))
    project = make(Shop())
    project.run("upgrade heads", "downgrade second@base")
    assert project.recorded == {"a3", "shop_001"}
    project.run("upgrade heads", "downgrade base")
    assert project.recorded == {"shop_001"}


def test_labels_of_the_application_stay(old: Project, make: Make, package: Path) -> None:
    """``app@head`` and ``app@-1`` are what they were."""
    file = old.versions / "a1.py"
    file.write_text(
        file.read_text("utf-8").replace("\n\n\ndef", "\nbranch_labels = ('app',)\n\n\ndef", 1)
    )
    project = make(Shop())
    project.run("upgrade", "downgrade app@-1", "upgrade app@head", "revision --head app@head")
    assert project.recorded == {"a3", "shop_001"}
    assert "down_revision = 'a3'" in project.newest()


@pytest.mark.filterwarnings("ignore:No path_separator")
def test_other_places_and_names_of_files_stay(old: Project, make: Make, package: Path) -> None:
    """``version_locations`` and ``file_template`` of ``alembic.ini`` are obeyed."""
    ini = old.versions.parent / "alembic.ini"
    more = (
        "[alembic]\nfile_template = r_%%(rev)s\n"
        "version_locations = migrations/late migrations/versions\n"
    )
    ini.write_text(ini.read_text("utf-8").replace("[alembic]\n", more), "utf-8")
    (old.versions.parent / "late").mkdir()
    project = make(Shop())
    project.run("upgrade", "revision", "upgrade")
    assert list(old.versions.glob("r_*.py"))


@pytest.mark.services
def test_nothing_pending_is_nothing_written(make: Make, mariadb: URL, package: Path) -> None:
    """An upgrade that finds nothing to do changes nothing, on MariaDB too."""
    project = make(Shop(), SQLALCHEMY_DATABASE_URI=mariadb.render_as_string(hide_password=False))
    project.run("init", "upgrade")
    sent: list[str] = []
    with project.app.app_context():
        sa.event.listen(
            project.db.engine, "before_cursor_execute", lambda *given: sent.append(given[2])
        )
    project.run("upgrade")
    assert [s for s in sent if s.split()[0] in ("CREATE", "DROP", "INSERT", "DELETE")] == []


def test_own_migrate_stays(make: Make, package: Path) -> None:
    """``Migrate(app, db, directory)`` before or after, with its own options and callbacks."""
    project = make(Shop())
    seen: list[str] = []
    migrate = flask_migrate.Migrate(project.app, project.db, directory="theirs")
    migrate.configure(lambda config: seen.append("seen") or config)
    project.run("init", "upgrade", "migrate", "upgrade", "downgrade")
    assert seen
    assert "shop_order" in project.tables


@pytest.mark.filterwarnings("ignore:'get_engine' is deprecated")
def test_plain_flask_migrate_is_not_touched(folder: Path) -> None:
    """An application without our database has Flask-Migrate's own behaviour."""
    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy

    app = Flask("plain", root_path=str(folder), instance_path=str(folder / "instance"))
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'plain.db'}"
    db = SQLAlchemy(app)
    flask_migrate.Migrate(app, db)
    project = Project(app, db, folder)  # type: ignore[arg-type]
    project.run("init", "migrate", "upgrade")
    assert "'db' is not on this application" in project.refused("status")
    with app.app_context():
        db.engine.dispose()


@pytest.mark.services
def test_offline_scripts_run_on_a_server(make: Make, postgres: URL, package: Path) -> None:
    """What ``upgrade --sql`` prints can be run by hand, and is found applied afterwards."""
    project = make(Shop(), SQLALCHEMY_DATABASE_URI=postgres.render_as_string(hide_password=False))
    project.run("init")
    project.write("a1", "op.create_table('book', sa.Column('id', sa.Integer))", None)
    script = project.run("upgrade --sql")
    assert project.tables == set()
    for statement in script.split(";\n"):
        if statement.strip() and statement.strip() not in ("BEGIN", "COMMIT"):
            project.execute(statement)
    project.run("upgrade")
    assert project.recorded == {"a1", "shop_001"}
