"""A toy extension that ships tables, and applications with and without it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy.engine import URL

from databases import new_database
from services import DATABASES
from stack_core import Extension, NoSettings, install
from stack_core.migrations import Migrations
from stack_db import Database

FIRST = '''
"""Orders and their lines."""
import sqlalchemy as sa
from alembic import op

revision = "shop_001"
down_revision = None
branch_labels = ("shop",)
depends_on = None


def upgrade():
    op.create_table(
        "shop_order",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("note", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("note"),
    )
    op.create_table(
        "shop_line",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("order_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"]),
    )


def downgrade():
    op.drop_table("shop_line")
    op.drop_table("shop_order")
'''
SECOND = '''
"""Prices."""
import sqlalchemy as sa
from alembic import op

revision = "shop_002"
down_revision = "shop_001"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("shop_line", sa.Column("price", sa.Integer))


def downgrade():
    op.drop_column("shop_line", "price")
'''


class Shop(Extension[NoSettings, None]):
    """The toy extension; its tables are put into the metadata of the database."""

    name = "shop"
    requires = ("db",)
    migrations = Migrations(
        "toy_shop:migrations", branch="shop", tables=("shop_order", "shop_line")
    )
    priced = False

    def attach(self, app: Flask, state: None) -> None:
        """Map the tables."""
        metadata = app.extensions["sqlalchemy"].metadata
        if "shop_order" in metadata.tables:
            return
        sa.Table(
            "shop_order",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("note", sa.String(50), nullable=False, unique=True),
        )
        sa.Table(
            "shop_line",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("order_id", sa.ForeignKey("shop_order.id"), nullable=False),
            *([sa.Column("price", sa.Integer)] if self.priced else []),
        )


class PricedShop(Shop):
    """The toy extension's next release."""

    name = "shop"
    priced = True


class Project:
    """An application, its folder and its commands."""

    def __init__(self, app: Flask, db: Database, folder: Path) -> None:
        self.app = app
        self.db = db
        self.versions = folder / "migrations" / "versions"

    def flask(self, *words: str, given: str | None = None) -> Result:
        """Run a ``flask db`` command."""
        group = FlaskGroup(create_app=lambda: self.app, set_debug_flag=False)
        return CliRunner().invoke(group, ["db", *words], input=given)

    def run(self, *commands: str) -> str:
        """Run commands that must succeed; return what they printed."""
        said = ""
        for command in commands:
            done = self.flask(*command.split())
            assert done.exit_code == 0, f"{command}: {done.output}{done.exception!r}"
            said += done.output
        # Flask-Migrate's env.py makes Alembic's log be printed.
        return "".join(line for line in said.splitlines(True) if not line.startswith("INFO "))

    def refused(self, *words: str) -> str:
        """Run a command that must be refused in words, without a traceback; return them."""
        said: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
        logger = logging.getLogger("flask_migrate")
        logger.addHandler(handler)
        try:
            done = self.flask(*(words[0].split() if len(words) == 1 else words))
        finally:
            logger.removeHandler(handler)
        assert done.exit_code not in (0, None), done.output
        assert isinstance(done.exception, SystemExit), repr(done.exception)
        assert "Traceback" not in done.output
        return done.output + "\n".join(said)

    def write(self, name: str, body: str, before: str | None, **more: Any) -> None:
        """Write a revision of the application by hand."""
        lines = "\n".join(f"{key} = {value!r}" for key, value in more.items())
        (self.versions / f"{name}.py").write_text(
            f'"""Revision {name}."""\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
            f"revision = {name!r}\ndown_revision = {before!r}\n{lines}\n\n\n"
            f"def upgrade():\n    {body}\n\n\ndef downgrade():\n    pass\n",
            "utf-8",
        )
        # Of a file of the same second and size Python would run what it compiled before.
        shutil.rmtree(self.versions / "__pycache__", ignore_errors=True)

    def newest(self) -> str:
        """Return the text of the revision that was written last."""
        files = sorted(self.versions.glob("*.py"), key=lambda file: file.stat().st_mtime_ns)
        return files[-1].read_text("utf-8")

    @property
    def tables(self) -> set[str]:
        """The tables of the database."""
        with self.app.app_context():
            return set(sa.inspect(self.db.engine).get_table_names())

    @property
    def recorded(self) -> set[str]:
        """What Alembic has recorded."""
        with self.app.app_context(), self.db.engine.connect() as connection:
            return set(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))

    def execute(self, statement: str) -> Any:
        """Run a statement and commit; return its rows if it has any."""
        with self.app.app_context(), self.db.engine.begin() as connection:
            result = connection.execute(sa.text(statement))
            return result.all() if result.returns_rows else None


Make = Callable[..., Project]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed_logging: None) -> Path:
    """Flask-Migrate works in the current folder, where the toy extension's package is too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture
def package(folder: Path) -> Path:
    """The folder of the toy extension's revisions, with its first."""
    migrations = folder / "toy_shop" / "migrations"
    migrations.mkdir(parents=True)
    (migrations.parent / "__init__.py").write_text("", "utf-8")
    (migrations / "shop_001_orders.py").write_text(FIRST, "utf-8")
    return migrations


@pytest.fixture
def release(package: Path) -> Callable[[], None]:
    """Publish the toy extension's second revision."""
    return lambda: (package / "shop_002_prices.py").write_text(SECOND, "utf-8") and None


@pytest.fixture
def make(make_app: Callable[..., Flask], folder: Path) -> Make:
    """Make an application with some extensions, composed or bare; a book is its own table."""

    def make(
        *extensions: Extension[Any, Any],
        composed: bool = False,
        books: bool = True,
        metadata: sa.MetaData | None = None,
        **config: Any,
    ) -> Project:
        app, db = (
            make_app(SECRET_KEY="0123456789abcdef" * 2, **config),
            Database(metadata=metadata),
        )
        if composed:
            install(app, [db, *extensions])
        else:
            for extension in (db, *extensions):
                extension.init_app(app)
        if books:
            sa.Table("book", db.metadata, sa.Column("id", sa.Integer, primary_key=True))
        return Project(app, db, folder)

    return make


@pytest.fixture
def shop(make: Make, package: Path) -> Project:
    """A project with books and the toy extension, its migrations begun."""
    project = make(Shop())
    project.run("init")
    return project


@pytest.fixture
def grown(shop: Project) -> Project:
    """The same with the toy extension's tables and the books applied."""
    shop.run("upgrade", "migrate -m books", "upgrade")
    return shop


@pytest.fixture
def postgres() -> Iterator[URL]:
    """An empty database on PostgreSQL."""
    with new_database("PostgreSQL") as url:
        yield url


@pytest.fixture
def mariadb() -> Iterator[URL]:
    """An empty database on MariaDB."""
    with new_database("MariaDB") as url:
        yield url


@pytest.fixture(
    params=["SQLite", *(pytest.param(s, marks=pytest.mark.services) for s in DATABASES)]
)
def anywhere(request: pytest.FixtureRequest, folder: Path) -> Iterator[URL]:
    """An empty database of each kind."""
    if request.param == "SQLite":
        yield sa.make_url(f"sqlite:///{folder / 'anywhere.db'}")
        return
    with new_database(request.param) as url:
        yield url
