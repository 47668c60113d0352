"""Upgrades that are killed, and upgrades that several processes begin at once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from .conftest import Make, Project, Shop

pytestmark = pytest.mark.slow

MOMENTS, REVISIONS, ROWS = 20, 8, 20_000
PATIENCE = 120
PROGRAM = """
import sys
from flask import Flask
import flask_migrate
from packages_of_test import Shop
from stack_db import Database

app = Flask("rival", instance_path={folder!r}, root_path={folder!r})
app.config["SQLALCHEMY_DATABASE_URI"] = {address!r}
db = Database(app)
Shop().init_app(app)
print("ready", flush=True)
sys.stdin.readline()
with app.app_context():
    flask_migrate.upgrade()
"""
SHOP = """
from stack_core import Extension
from stack_core.migrations import Migrations


class Shop(Extension):
    name = "shop"
    requires = ("db",)
    migrations = Migrations(
        "toy_shop:migrations", branch="shop", tables=("shop_order", "shop_line")
    )
"""
BODY = (
    "op.create_table('t{n}', sa.Column('id', sa.Integer, primary_key=True))\n"
    "    op.execute('INSERT INTO log VALUES ({n})')\n"
    "    op.add_column('kept', sa.Column('c{n}', sa.Integer))\n"
    "    op.execute('UPDATE kept SET c{n} = id')\n"
    "    op.create_index('ix_t{n}', 'kept', ['c{n}'])\n"
    "    op.execute('INSERT INTO t{n} VALUES ({n})')"
)


@pytest.fixture
def begin(make: Make, package: Path, folder: Path) -> Callable[[URL], Project]:
    """Make a project whose upgrade takes a while, on a database with rows."""

    def begin(url: URL) -> Project:
        address = url.render_as_string(hide_password=False)
        project = make(Shop(), books=False, SQLALCHEMY_DATABASE_URI=address)
        project.run("init")
        for n in range(1, REVISIONS + 1):
            project.write(f"r{n}", BODY.format(n=n), f"r{n - 1}" if n > 1 else None)
        (folder / "packages_of_test.py").write_text(SHOP, "utf-8")
        text = PROGRAM.format(folder=str(folder), address=address)
        (folder / "rival.py").write_text(text, "utf-8")
        fill(project)
        return project

    return begin


def fill(project: Project) -> None:
    """Make the database as it was before the upgrade."""
    with project.app.app_context():
        metadata = sa.MetaData()
        metadata.reflect(project.db.engine)
        metadata.drop_all(project.db.engine)
    project.execute("CREATE TABLE kept (id integer PRIMARY KEY, value varchar(20))")
    project.execute("CREATE TABLE log (n integer)")
    values = ", ".join(f"({n}, 'row {n}')" for n in range(ROWS))
    project.execute(f"INSERT INTO kept VALUES {values}")


def start(folder: Path) -> subprocess.Popen[str]:
    """Start a process that will upgrade as soon as it is told, and wait until it is ready."""
    process = subprocess.Popen(
        [sys.executable, "rival.py"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    """Let a process upgrade."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    """Wait until a process has said something."""
    assert process.stdout is not None
    while words not in (line := process.stdout.readline()):
        assert line, f"it ended without {words!r}"


def end(process: subprocess.Popen[str]) -> str:
    """Wait for a process, and return what it said."""
    said, _ = process.communicate(timeout=PATIENCE)
    return said


def check(project: Project) -> None:
    """Check that every revision was applied once, and that no row is lost."""
    assert project.recorded == {f"r{REVISIONS}", "shop_001"}
    assert sorted(project.execute("SELECT n FROM log")) == [(n,) for n in range(1, REVISIONS + 1)]
    same = " AND ".join(f"c{n} = id" for n in range(1, REVISIONS + 1))
    (found,) = project.execute(f"SELECT count(*) FROM kept WHERE {same} AND value LIKE 'row %'")
    assert found == (ROWS,)
    for n in range(1, REVISIONS + 1):
        assert project.execute(f"SELECT id FROM t{n}") == [(n,)]
    assert {"shop_order", "shop_line"} <= project.tables
    assert "db_migrating" not in project.tables


def test_killed_upgrades_go_on(
    begin: Callable[[URL], Project], anywhere: URL, folder: Path
) -> None:
    """After ``kill -9`` at any moment the next upgrade, or ``resume``, reaches the head."""
    project = begin(anywhere)
    process = start(folder)
    go(process)
    wait_for(process, "Context impl")
    since = time.monotonic()
    said = end(process)
    assert process.returncode == 0, said
    whole = time.monotonic() - since
    check(project)
    chance = random.Random(55)
    came, each, resumed = list[int](), range(1, REVISIONS + 1), 0
    for _ in range(MOMENTS):
        fill(project)
        process = start(folder)
        go(process)
        wait_for(process, chance.choice(["Context impl", *(f"-> r{n}," for n in each)]))
        time.sleep(chance.uniform(0, whole / REVISIONS))
        process.kill()
        end(process)
        came.append(len(project.execute("SELECT n FROM log")))
        done = project.flask("upgrade")
        if done.exit_code:
            assert anywhere.get_backend_name() == "mariadb", done.output
            assert "flask db resume" in project.run("status")
            project.run("resume")
            resumed += 1
        check(project)
    print(
        f"{anywhere.get_backend_name()}: {whole:.2f} s; revisions begun: {came};"
        f" resumed: {resumed}"
    )
    assert len({*came} - {REVISIONS}) > 2, "hardly one was killed half-way"


def test_three_upgraders_apply_each_revision_once(
    begin: Callable[[URL], Project], anywhere: URL, folder: Path
) -> None:
    """Several that begin at once wait for each other, and all of them succeed."""
    project = begin(anywhere)
    for _ in range(3):
        fill(project)
        processes = [start(folder) for _ in range(3)]
        for process in processes:
            go(process)
        said = [end(process) for process in processes]
        assert [process.returncode for process in processes] == [0, 0, 0], said
        check(project)
