"""``database`` undoes whatever a test has done, and does it right while the test runs."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

COMMITS = """
import pytest
from sqlalchemy import func, select

def test_commits_are_undone(client, database, inside, again):
    assert titles() == []
    assert client.post("/a").text == "added"
    assert client.post("/a").status_code == 409
    assert client.post("/b").text == "added"
    db.session.expire_all()
    assert titles() == client.get("/").json == ["a", "b"]
    assert db.session.scalar(select(func.count(Entry.id))) == 2

def test_rollback_undoes_its_own_work_only(client, database, inside, again):
    client.post("/a")
    with db.session.begin_nested():
        db.session.add(Book(title="b"))
    db.session.flush()
    assert titles() == ["a", "b"]
    db.session.rollback()
    assert titles() == ["a"]

def test_savepoints_of_the_application(client, database, again):
    client.post("/nested/a")
    assert client.get("/").json == ["a", "a!"]

def test_read_before_a_request_hides_nothing(app, client, database, again):
    with app.app_context():
        assert titles() == []
        client.post("/a")
        db.session.rollback()
        assert titles() == ["a"]
    assert client.get("/").json == ["a"]

def test_session_of_the_test(client, database, db_session, again):
    db_session.add(Book(title="a"))
    db_session.commit()
    client.post("/b")
    assert client.get("/").json == ["a", "b"]
    book = db_session.scalars(select(Book).where(Book.title == "a")).one()
    book.title = "c"
    db_session.flush()
    db_session.rollback()
    assert client.get("/").json == ["a", "b"]

def test_plain_connections(app, client, database, inside, again):
    add = Book.__table__.insert()
    with db.engine.begin() as connection:
        connection.execute(add, {"title": "begin"})
    with db.engine.connect() as connection:
        connection.execute(add, {"title": "lost"})
    with db.engines["again"].connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.execute(add, {"title": "again"})
        connection.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(add, {"title": "auto"})
    raw = db.engine.raw_connection()
    raw.cursor().execute("INSERT INTO book (title) VALUES ('raw')")
    raw.commit()
    raw.cursor().execute("INSERT INTO book (title) VALUES ('lost too')")
    raw.rollback()
    raw.close()
    assert client.get("/").json == ["again", "auto", "begin", "raw"]

def test_failed_statement_is_got_over(client, database, inside, again):
    client.post("/a")
    with pytest.raises(Exception, match="nowhere"):
        db.session.execute(text("SELECT * FROM nowhere"))
    db.session.rollback()
    assert titles() == ["a"]

def test_open_session_is_undone_too(database, inside, again):
    assert titles() == []
    db.session.add(Book(title="a"))
    db.session.flush()
"""


@pytest.mark.parametrize("scope", ["function", "session"])
def test_isolation_holds_whatever_the_code_does(run: Run, kind: str, scope: str) -> None:
    """Code that commits, rolls back, nests, fails or connects by itself leaves no trace.

    Each is run twice on the same databases, with Flask's context shared and
    with one for each request.
    """
    run(kind, COMMITS, scope).assert_outcomes(passed=30)


TELLS = """
from stack_core.event import changed

def test_changes_are_told_at_their_commit(client, database, inside, again):
    told = []
    def hear(app, change):
        if change.kind == "book":
            told.append((change.new["title"], titles()))
    with changed.connected_to(hear):
        client.post("/a")
        db.session.add(Book(title="b"))
        db.session.flush()
        db.session.rollback()
        db.session.add(Book(title="c"))
        db.session.commit()
    assert told == [("a", ["a"]), ("c", ["a", "c"])]
"""


def test_events_are_those_of_the_applications_commits(run: Run, kind: str) -> None:
    """The one connection of a test looks to a session like transactions of its own."""
    run(kind, TELLS).assert_outcomes(passed=4)


LOST = """
def test_lost_commit(database, inside):
    db.session.add(Book(title="outer"))
    db.session.flush()
    with db.engine.begin() as connection:
        connection.execute(Book.__table__.insert(), {"title": "inner"})
    db.session.rollback()

def test_statement_commit(database, inside):
    db.session.add(Book(title="stays"))
    db.session.flush()
    db.session.execute(text("COMMIT"))

def test_afterwards(database, inside):
    assert titles() == []
"""


def test_isolation_that_cannot_be_is_said(run: Run, kind: str) -> None:
    """What one connection cannot imitate fails, names 'live_database', and harms no later test."""
    result = run(kind, LOST)
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] + outcomes["errors"] >= 2
    result.stdout.fnmatch_lines_random(
        [
            "*A transaction was rolled back within which another one was committed*live_database*",
            "*The transaction around this test has ended before the test*live_database*",
        ]
    )
    assert "test_afterwards" not in str(result.stdout)


LIVE = """
import threading

def test_live(app, client, live_database, again):
    def ask():
        assert client.get("/").json == []
        client.post("/theirs")

    with app.app_context():
        assert titles() == []
        db.session.add(Book(title="mine"))
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        db.session.rollback()
        assert titles() == ["theirs"]

def test_isolated(client, database):
    assert client.get("/").json == []

def test_both(database, live_database, inside):
    with db.engine.connect() as one, db.engine.connect() as two:
        assert one.connection.dbapi_connection is not two.connection.dbapi_connection
"""


def test_live_database_is_real(run: Run, kind: str) -> None:
    """With live_database transactions are real and apart, and the next test starts empty."""
    run(kind, LIVE).assert_outcomes(passed=7)
