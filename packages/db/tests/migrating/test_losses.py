"""The two warnings: what may not be empty, and what is dropped."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from stack_db.migrating.loss import Loss, find_losses

from .conftest import Make, Project


def losses(body: str) -> list[Loss]:
    """Return what an ``upgrade`` of these lines loses."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return list(
        find_losses(f"def upgrade():\n{lines}\n\ndef downgrade():\n    op.drop_table('x')\n")
    )


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            "op.add_column('book', sa.Column('isbn', sa.String(13), nullable=False))",
            Loss("add", "book", "isbn"),
        ),
        (
            "with op.batch_alter_table('book', schema=None) as batch_op:\n"
            "    batch_op.add_column(sa.Column('isbn', sa.String(13), nullable=False))",
            Loss("add", "book", "isbn"),
        ),
        (
            "with op.batch_alter_table('book') as b:\n"
            "    b.alter_column('isbn', existing_type=sa.String(), nullable=False)",
            Loss("alter", "book", "isbn"),
        ),
        ("op.drop_column('book', 'isbn')", Loss("drop", "book", "isbn")),
        (
            "with op.batch_alter_table('book') as b:\n    b.drop_column('isbn')",
            Loss("drop", "book", "isbn"),
        ),
        ("op.drop_table('book')", Loss("drop", "book", whole=True)),
        ("op.drop_table(op.f('book'))", Loss("drop", "book", whole=True)),
        ("for name in NAMES:\n    op.drop_table(name)", Loss("drop", "", whole=True)),
    ],
)
def test_loss_is_found(body: str, found: Loss) -> None:
    """In the ways in which revisions are generated and written."""
    assert losses(body) == [found]


@pytest.mark.parametrize(
    "body",
    [
        "op.add_column('book', sa.Column('isbn', sa.String(13)))",
        "op.add_column('book', sa.Column('n', sa.Integer(), nullable=False, server_default='0'))",
        "op.add_column('book', sa.Column('n', sa.Integer(), sa.Computed('1'), nullable=False))",
        "op.create_table('book', sa.Column('id', sa.Integer(), nullable=False))",
        "op.create_table('b')\nop.add_column('b', sa.Column('n', sa.Integer, nullable=False))",
        "op.create_table('tmp')\nop.drop_table('tmp')",
        "op.alter_column('book', 'n', nullable=True)",
        "op.alter_column('book', 'n', type_=sa.Text(), nullable=False, existing_nullable=False)",
        "op.drop_index('ix_book')\nop.drop_constraint('fk', 'book')",
    ],
)
def test_harmless_is_not_warned_of(body: str) -> None:
    """Two warnings, no more."""
    assert losses(body) == []


def warnings(said: str) -> list[str]:
    """Return the warnings of an output."""
    return [line for line in said.splitlines() if line.startswith("Warning:")]


@pytest.fixture
def books(make: Make) -> Project:
    """An application with books, applied."""
    project = make(books=False)
    sa.Table(
        "book",
        project.db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(50)),
    )
    project.run("init", "migrate", "upgrade")
    return project


def test_migrate_warns_of_what_it_wrote(books: Project) -> None:
    """At once, with what happens to the rows and what to write."""
    table = books.db.metadata.tables["book"]
    books.db.metadata.remove(table)
    sa.Table(
        "book",
        books.db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
    )
    first, second = warnings(books.run("migrate"))
    assert "adds column 'book.name', NOT NULL without a default" in first
    assert "refuse that while 'book' has rows" in first
    assert "server_default" in first
    assert "drops column 'book.title': its value in every row is gone for good" in second
    assert "op.alter_column('table', 'old', new_column_name='new')" in second


def test_upgrade_warns_where_rows_are(books: Project) -> None:
    """Before it is run; where there are no rows nothing is lost, and nothing is said."""
    (first,) = books.recorded
    books.write("a2", "op.drop_column('book', 'title')", first)
    assert warnings(books.run("upgrade")) == []
    books.execute("INSERT INTO book (id) VALUES (1)")
    books.write("a3", "op.drop_table('book')", "a2")
    (said,) = warnings(books.run("upgrade"))
    assert "a3 drops table 'book': all of its rows are gone for good" in said
    assert "op.rename_table('old', 'new')" in said


def test_fresh_database_hears_nothing(books: Project, make: Make) -> None:
    """A new installation that runs the whole history is not warned of what it never had."""
    (first,) = books.recorded
    books.write("a2", "op.drop_table('book')", first)
    fresh = make(books=False, SQLALCHEMY_DATABASE_URI="sqlite:///fresh.db")
    assert warnings(fresh.run("upgrade")) == []


def test_missing_values_are_looked_for(make: Make, anywhere: URL) -> None:
    """NOT NULL on a column that is there: warned of when a row has no value, and only then."""
    address = anywhere.render_as_string(hide_password=False)
    project = make(books=False, SQLALCHEMY_DATABASE_URI=address)
    project.run("init")
    project.write(
        "a1",
        "op.create_table('book', sa.Column('id', sa.Integer, primary_key=True),"
        " sa.Column('title', sa.String(9)))",
        None,
    )
    project.run("upgrade")
    project.execute("INSERT INTO book (id, title) VALUES (1, 'Emma')")
    body = (
        "with op.batch_alter_table('book') as b:\n"
        "        b.alter_column('title', existing_type=sa.String(9), nullable=False)"
    )
    project.write("a2", body, "a1")
    assert warnings(project.run("upgrade")) == []
    project.write("a3", body, "a2")
    project.execute("DROP TABLE book")
    project.execute("CREATE TABLE book (id integer PRIMARY KEY, title varchar(9))")
    project.execute("INSERT INTO book (id) VALUES (2)")
    done = project.flask("upgrade")
    assert done.exit_code == 1
    assert "makes column 'book.title' NOT NULL" in "".join(warnings(done.output))
