"""The tables that are db's own: on composed applications, made by its own branch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import URL

from stack_db.tables import OWN, history_table, keep_table

from .conftest import Make

OWN_ON_FILE = {"db_history"}


def test_revision_makes_what_the_tables_say(make: Make, anywhere: URL) -> None:
    """The shipped revision and ``tables.py`` agree on every database, both ways."""
    project = make(
        composed=True,
        books=False,
        SQLALCHEMY_DATABASE_URI=anywhere.render_as_string(hide_password=False),
    )
    project.run("init", "upgrade", "check")
    file = anywhere.get_backend_name() == "sqlite"
    assert project.tables == {"alembic_version", *(OWN_ON_FILE if file else OWN)}
    expected = sa.MetaData()
    history_table(expected)
    if not file:
        keep_table(expected)
    with project.app.app_context(), project.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, expected) == []
    project.run("downgrade db@base")
    assert project.tables == {"alembic_version"}


@pytest.mark.services
def test_text_of_every_language_fits(make: Make, mariadb: URL) -> None:
    """The tables are utf8mb4 on MariaDB, whatever the database's own character set is."""
    with sa.create_engine(mariadb, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text(f"ALTER DATABASE {mariadb.database} CHARACTER SET latin1"))
    project = make(
        composed=True,
        books=False,
        SQLALCHEMY_DATABASE_URI=mariadb.render_as_string(hide_password=False),
    )
    project.run("init", "upgrade")
    found = project.execute(
        "SELECT DISTINCT ccsa.character_set_name FROM information_schema.tables t JOIN"
        " information_schema.collation_character_set_applicability ccsa"
        " ON ccsa.full_collation_name = t.table_collation"
        " OR ccsa.collation_name = t.table_collation"
        f" WHERE t.table_schema = '{mariadb.database}'"
        " AND t.table_name IN ('db_history', 'db_keep')"
    )
    assert found == [("utf8mb4",)]


def test_create_all_makes_them_on_a_composed_application(make: Make) -> None:
    """Tests that make their tables from the models have ours too."""
    project = make(composed=True)
    with project.app.app_context():
        project.db.create_all()
    assert project.tables == {"book"} | OWN_ON_FILE


def test_bare_database_has_no_table_more(make: Make) -> None:
    """A drop-in for Flask-SQLAlchemy makes and migrates what it always did."""
    project = make()
    project.run("init", "migrate", "upgrade", "check")
    assert project.tables == {"alembic_version", "book"}
    assert set(project.db.metadata.tables) == {"book"}
    assert "db_001" not in project.run("history")


def test_bare_application_leaves_them_alone(make: Make) -> None:
    """A database that a composed application made is not emptied by a bare one."""
    composed = make(composed=True, books=False)
    with composed.app.app_context():
        composed.db.create_all()
    bare = make(books=False)
    bare.run("init")
    assert "No new upgrade operations" in bare.run("check")


@pytest.mark.parametrize("keeps", [True, False])
def test_application_that_is_no_longer_composed(make: Make, keeps: bool) -> None:
    """A bare one is told to forget the branch, and may drop its tables."""
    make(composed=True, books=False).run("init", "upgrade")
    bare = make(books=False)
    assert "'db_001' of the extension 'db'" in bare.refused("upgrade")
    bare.run(f"forget db --{'keep' if keeps else 'drop'}-tables", "upgrade", "check")
    assert bare.tables == {"alembic_version", *(OWN_ON_FILE if keeps else ())}


def test_convention_of_the_application_names_their_keys(make: Make) -> None:
    """Constraints are named as in the application, so ``check`` finds no difference."""
    names = {"pk": "pk_%(table_name)s", "ix": "ix_%(column_0_N_label)s"}
    project = make(composed=True, metadata=sa.MetaData(naming_convention=names))
    project.run("init", "upgrade", "migrate", "upgrade", "check")
    with project.app.app_context():
        assert sa.inspect(project.db.engine).get_pk_constraint("db_history")["name"] == (
            "pk_db_history"
        )


PROGRAM = """
import sys
from flask import Flask
from stack_core import install
from stack_db import Database

app = Flask("composed", instance_path=sys.argv[1])
app.config["SECRET_KEY"] = "0123456789abcdef" * 2
install(app, [Database()])
wanted = ("alembic", "flask_migrate", "mako", "sqlalchemy.dialects.mysql", "stack_db.migrating")
print([name for name in wanted if name in sys.modules])
"""


def test_start_of_a_composed_application_stays_light(folder: Path) -> None:
    """Having tables loads neither Alembic nor the dialect of a database that is not used."""
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
