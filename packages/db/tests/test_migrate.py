"""``flask db`` is Flask-Migrate, without anybody setting it up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
import flask_migrate
import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask_migrate import Migrate
from sqlalchemy.orm import Mapped, mapped_column

from stack_db import Database, Instant

Start = Callable[..., tuple[Flask, Database]]
Run = Callable[..., Result]


pytestmark = pytest.mark.usefixtures("undisturbed_logging")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Flask-Migrate works in the current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def library(start: Start) -> tuple[Flask, Database]:
    """An application with books, whose authors take them along when they go."""
    app, db = start()

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        born: Mapped[datetime] = mapped_column(Instant)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        author: Mapped[int] = mapped_column(sa.ForeignKey("author.id", ondelete="CASCADE"))

    return app, db


def run_all(run_flask: Run, app: Flask, *commands: str) -> str:
    """Run ``flask db`` commands that must succeed and return what they printed."""
    output = ""
    for command in commands:
        done = run_flask(app, "db", *command.split())
        assert done.exit_code == 0, done.output
        output += done.output
    return output


def write_revision(folder: Path, body: str) -> None:
    """Write the application's next migration by hand."""
    versions = folder / "migrations" / "versions"
    heads = [p.stem for p in versions.glob("*.py")]
    parent = repr(heads[0].split("_")[0]) if heads else None
    (versions / f"next{len(heads)}.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f"revision = 'next{len(heads)}'\ndown_revision = {parent}\n\n"
        f"def upgrade():\n    {body}\n",
        "utf-8",
    )


def tables(app: Flask, db: Database) -> set[str]:
    """Return the tables that the database has."""
    with app.app_context():
        return set(sa.inspect(db.engine).get_table_names())


PROGRAM = """
import sys
from flask import Flask
from stack_db import Database

app = Flask("lazy", instance_path=sys.argv[1])
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///x.db"
Database(app)
app.test_cli_runner().invoke(args=["routes"])
from flask.cli import FlaskGroup
FlaskGroup(create_app=lambda: app).main(["routes"], standalone_mode=False)
print(sorted({"alembic", "flask_migrate", "mako"} & set(sys.modules)))
"""


def test_start_does_not_import_alembic(tmp_path: Path) -> None:
    """Neither an application nor a command that is not ``flask db`` loads Flask-Migrate."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_commands_are_flask_migrates(library: tuple[Flask, Database], run_flask: Run) -> None:
    """The whole round works on an application that set nothing up, and is repeatable."""
    app, db = library
    run_all(run_flask, app, "init", "migrate -m first", "upgrade")
    assert tables(app, db) == {"alembic_version", "author", "book"}
    run_all(run_flask, app, "current", "downgrade", "upgrade", "downgrade base")
    assert tables(app, db) == {"alembic_version"}


def test_instant_is_imported_by_migrations(
    library: tuple[Flask, Database], run_flask: Run, folder: Path
) -> None:
    """A generated migration imports the column type that it names."""
    run_all(run_flask, library[0], "init", "migrate")
    (revision,) = (folder / "migrations" / "versions").glob("*.py")
    assert "import stack_db\n" in revision.read_text("utf-8")
    assert "sa.Column('born', stack_db.Instant(), nullable=False)" in revision.read_text("utf-8")


def test_functions_work_from_code(library: tuple[Flask, Database]) -> None:
    """Flask-Migrate's functions find what they need in app.extensions."""
    app, db = library
    with app.app_context():
        flask_migrate.init()
        flask_migrate.migrate()
        flask_migrate.upgrade()
    assert "book" in tables(app, db)
    assert app.extensions["migrate"].metadata is db.metadata


def test_test_runner_has_the_commands(library: tuple[Flask, Database]) -> None:
    """Flask's own test runner, which knows no entry points, has them too."""
    done = library[0].test_cli_runner().invoke(args=["db", "init"])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("first", [True, False])
def test_own_migrate_wins(
    make_app: Callable[..., Flask], run_flask: Run, folder: Path, first: bool
) -> None:
    """An application's own Migrate keeps its folder and options, before or after the database."""
    app, db = make_app(), Database()
    for extension in (Migrate, db)[:: 1 if first else -1]:
        if extension is db:
            db.init_app(app)
        else:
            Migrate(app, db, directory="theirs", compare_type=False)
    assert app.extensions["migrate"].configure_args["compare_type"] is False

    class Event(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        at: Mapped[datetime] = mapped_column(Instant)

    run_all(run_flask, app, "init", "migrate", "upgrade")
    assert (folder / "theirs" / "versions").is_dir()


def test_setting_moves_the_folder(start: Start, run_flask: Run, folder: Path) -> None:
    """DB_MIGRATIONS names the folder."""
    app, _ = start(DB_MIGRATIONS="alembic")
    run_all(run_flask, app, "init")
    assert (folder / "alembic" / "env.py").is_file()


def test_several_databases(start: Start, run_flask: Run) -> None:
    """Flask-Migrate's template for several databases works."""
    app, db = start(SQLALCHEMY_BINDS={"other": "sqlite:///other.db"})

    class Here(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class There(db.Model):
        __bind_key__ = "other"
        id: Mapped[int] = mapped_column(primary_key=True)

    run_all(run_flask, app, "init --multidb", "migrate", "upgrade")
    with app.app_context():
        names = {key: sa.inspect(engine).get_table_names() for key, engine in db.engines.items()}
    assert names == {None: ["alembic_version", "here"], "other": ["alembic_version", "there"]}


def test_help_needs_no_application(run_flask: Run, start: Start) -> None:
    """Help is given where nothing is set up and where the server cannot be reached."""
    app, _ = start(SQLALCHEMY_DATABASE_URI="postgresql://127.0.0.1:1/none")
    for each in (None, app):
        done = run_flask(each, "db", "--help")
        assert done.exit_code == 0, done.output
        assert "upgrade" in done.output
    assert run_flask(app, "db", "upgrade", "--help").exit_code == 0
    assert "Perform database migrations." in run_flask(app, "--help").output


def test_own_commands_called_db_stay(make_app: Callable[..., Flask], run_flask: Run) -> None:
    """An application with commands of its own under that name keeps them."""
    app = make_app()
    group = click.Group("db", commands=[click.Command("seed", callback=lambda: click.echo("ok"))])
    app.cli.add_command(group)
    Database(app)
    assert run_flask(app, "db", "seed").output == "ok\n"


def test_missing_folder_is_one_sentence(library: tuple[Flask, Database]) -> None:
    """Without ``flask db init`` a command says what to run, and no traceback."""
    program = "from stack_db import Database\nfrom flask import Flask\napp = Flask(__name__)\n"
    program += "app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///x.db'\nDatabase(app)\n"
    Path("lonely.py").write_text(program, "utf-8")
    command = [sys.executable, "-m", "flask", "--app", "lonely", "db", "upgrade"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "'init'" in done.stderr
    assert "Traceback" not in done.stderr


def test_unreachable_server_is_one_sentence(start: Start, run_flask: Run) -> None:
    """A server that is not there is said without a traceback and without the password."""
    app, _ = start(SQLALCHEMY_DATABASE_URI="postgresql://me:hunter2@127.0.0.1:1/none")
    run_all(run_flask, app, "init")
    done = run_flask(app, "db", "upgrade")
    assert done.exit_code == 1
    assert done.output.startswith("Error: The database said: ")
    assert "hunter2" not in done.output


def test_failed_migration_leaves_nothing(
    library: tuple[Flask, Database], run_flask: Run, folder: Path
) -> None:
    """A migration that fails half way is rolled back, and is said in one sentence."""
    app, db = library
    run_all(run_flask, app, "init")
    write_revision(folder, "op.execute('CREATE TABLE a (x)'); op.execute('CREATE TABLE a (y)')")
    done = run_flask(app, "db", "upgrade")
    assert done.exit_code == 1
    assert "table a already exists. It was asked: CREATE TABLE a (y)." in done.output
    assert "a" not in tables(app, db)
    assert app.extensions["migrate"].migrate


def test_changing_a_table_keeps_its_children(
    library: tuple[Flask, Database], run_flask: Run, folder: Path
) -> None:
    """SQLite's copy-and-drop of a parent table does not cascade, and keys hold again after it."""
    app, db = library
    run_all(run_flask, app, "init", "migrate", "upgrade")
    with app.app_context():
        db.session.execute(sa.text("INSERT INTO author VALUES (1, '1900-01-01 00:00:00')"))
        db.session.execute(sa.text("INSERT INTO book VALUES (1, 1)"))
        db.session.commit()
    write_revision(
        folder,
        "batch = op.batch_alter_table('author', recreate='always')\n"
        "    with batch as b: b.add_column(sa.Column('name', sa.String(9)))",
    )
    run_all(run_flask, app, "upgrade")
    with app.app_context():
        assert db.session.execute(sa.text("SELECT count(*) FROM book")).scalar() == 1
        for _ in range(2):
            assert db.session.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1
            db.session.remove()
