"""Search indexes in the revisions that ``flask db migrate`` writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from stack_core.query import EVERYTHING, Query
from stack_core.store import store_for
from stack_db import Database
from stack_db.declaration import about
from stack_db.searching import autogeneration

Start = Callable[..., tuple[Flask, Database]]


class Project:
    """An application whose models change from one revision to the next."""

    def __init__(self, address: str, start: Start, run: Callable[..., Result]) -> None:
        self._address, self._start, self._run = address, start, run

    def become(self, *searchable: str, table: bool = True) -> None:
        """Start the application with these columns searchable."""
        self.app, self.db = self._start(SQLALCHEMY_DATABASE_URI=self._address)
        db: Any = self.db

        class Page(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str] = mapped_column(sa.String(20))

        if table:

            class Note(db.Model):
                id: Mapped[int] = mapped_column(primary_key=True)
                title: Mapped[str] = mapped_column(
                    sa.String(50), info=about(searchable="title" in searchable)
                )
                text: Mapped[str | None] = mapped_column(
                    sa.Text, info=about(searchable="text" in searchable)
                )

            self.Note = Note

    def db_(self, *args: str) -> str:
        """Run a command of ``flask db`` that succeeds."""
        done = self._run(self.app, "db", *args)
        assert done.exit_code == 0, done.output
        return done.output

    def search(self, text: str) -> tuple[int, str]:
        """Return how many notes a search finds, and how."""
        page = store_for(self.app, self.Note).page(Query(fields=(), search=text), EVERYTHING)
        return len(page.keys), page.searched


@pytest.fixture
def project(
    address_of_database: str,
    start: Start,
    run_flask: Callable[..., Result],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    undisturbed_logging: None,
) -> Project:
    """A project in a folder of its own, without models as yet."""
    monkeypatch.chdir(tmp_path)
    return Project(address_of_database, start, run_flask)


def operations(folder: Path) -> list[str]:
    """Return what the newest revision does about search indexes, going up."""
    newest = max(folder.glob("migrations/versions/*.py"), key=lambda path: path.stat().st_mtime_ns)
    upgrade = newest.read_text("utf-8").partition("def upgrade")[2].partition("def downgrade")[0]
    return re.findall(r"(\w+_search_index)\(op, 'note', (\[.*?\])", upgrade)


def test_index_comes_and_goes_by_migrations(project: Project, tmp_path: Path) -> None:
    """Revisions make, change and remove the index, up and down, and then nothing has drifted."""
    project.become("title")
    project.db_("init")
    project.db_("migrate", "-m", "first")
    assert operations(tmp_path) == [("create_search_index", "['title']")]
    project.db_("upgrade")
    assert "No new upgrade operations" in project.db_("check")
    with project.app.app_context():
        project.db.session.add_all(
            [project.Note(title="needle"), project.Note(title="hay", text="a needle")]
        )
        project.db.session.commit()
    assert project.search("eedl") == (1, "index")

    project.become("title", "text")
    assert project.search("eedl") == (2, "scan")
    project.db_("migrate", "-m", "second")
    assert operations(tmp_path) == [
        ("drop_search_index", "['title']"),
        ("create_search_index", "['title', 'text']"),
    ]
    project.db_("upgrade")
    assert "No new upgrade operations" in project.db_("check")
    project.become("title", "text")
    assert project.search("eedl") == (2, "index")

    project.db_("downgrade")
    project.become("title")
    assert project.search("eedl") == (1, "index")
    project.db_("upgrade")
    project.become()
    project.db_("migrate", "-m", "third")
    assert operations(tmp_path) == [("drop_search_index", "['title', 'text']")]
    project.db_("upgrade")
    assert "No new upgrade operations" in project.db_("check")
    with project.app.app_context():
        names = sa.inspect(project.db.engine).get_table_names()
    assert [name for name in names if name.startswith("db_search")] == []


def test_table_that_goes_takes_its_index_along(project: Project, tmp_path: Path) -> None:
    """A model that is removed is removed with its index, and comes back with it."""
    project.become("title")
    for command in ("init", "migrate", "upgrade"):
        project.db_(command)
    project.become(table=False)
    project.db_("migrate")
    assert operations(tmp_path) == [("drop_search_index", "['title']")]
    project.db_("upgrade")
    assert "No new upgrade operations" in project.db_("check")
    project.db_("downgrade")
    project.become("title")
    with project.app.app_context():
        project.db.session.add(project.Note(title="needle"))
        project.db.session.commit()
    assert project.search("eedl") == (1, "index")


def test_lost_triggers_are_noticed(project: Project, tmp_path: Path) -> None:
    """An index that is no longer kept in step is not used, and is drift that a revision ends."""
    project.become("title")
    for command in ("init", "migrate", "upgrade"):
        project.db_(command)
    with project.app.app_context():
        if project.db.engine.dialect.name == "postgresql":
            return
        with project.db.engine.begin() as connection:
            connection.execute(sa.text("DROP TRIGGER db_search_note_update"))
        project.db.session.add(project.Note(title="needle"))
        project.db.session.commit()
    assert project.search("eedl") == (1, "scan")
    project.db_("migrate")
    assert [name for name, _ in operations(tmp_path)] == [
        "drop_search_index",
        "create_search_index",
    ]
    project.db_("upgrade")
    project.become("title")
    assert project.search("eedl") == (1, "index")


def test_copied_table_keeps_its_index(project: Project, tmp_path: Path) -> None:
    """A table that a revision changes by copying it, as on SQLite, is searched as before."""
    project.become("title")
    for command in ("init", "migrate", "upgrade", "revision"):
        project.db_(command)
    newest = max(tmp_path.glob("migrations/versions/*.py"), key=lambda p: p.stat().st_mtime_ns)
    change = (
        "def upgrade():\n"
        "    with op.batch_alter_table('note', recreate='auto') as batch:\n"
        "        batch.alter_column('title', existing_type=sa.String(50), type_=sa.String(60),"
        " existing_nullable=False)\n\n\ndef downgrade():\n    pass\n"
    )
    newest.write_text(newest.read_text("utf-8").partition("def upgrade")[0] + change, "utf-8")
    project.db_("upgrade")
    with project.app.app_context():
        project.db.session.add(project.Note(title="needle"))
        project.db.session.commit()
    assert project.search("eedl") == (1, "index")


def test_offline_script(project: Project) -> None:
    """``flask db upgrade --sql`` writes the index's statements too."""
    project.become("title")
    for command in ("init", "migrate"):
        project.db_(command)
    script = project.db_("upgrade", "--sql")
    assert "db_search_note" in script


def test_other_tables_and_indexes_are_compared() -> None:
    """Only what was made for a search, and is in no model, is left alone."""
    include = autogeneration.include
    assert not include(None, "db_search_note", "table", True, None)
    assert not include(None, "db_search_note", "index", True, None)
    assert include(None, "note", "table", True, None)
    assert include(None, "db_search_note", "column", True, None)
    assert include(None, None, "index", True, None)
