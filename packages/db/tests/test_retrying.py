"""A view that asks for it is run again after a conflict, and nothing is done twice."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask
from flask.views import MethodView
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from stack_db import Database, retry

Start = Callable[..., tuple[Flask, Database]]
QUICK = {"DB_SQLITE_BUSY_TIMEOUT": 0}


class Counter:
    """An application with one number in a SQLite file that somebody else may lock."""

    def __init__(self, start: Start) -> None:
        self.app, self.db = start(**QUICK)

        class Number(self.db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            value: Mapped[int] = mapped_column(default=0)

        self.Number = Number
        self.runs = 0
        self.free_after = 0
        self._other: sqlite3.Connection | None = None
        with self.app.app_context():
            self.db.create_all()
            self.db.session.add(Number(id=1))
            self.db.session.commit()

    def increment(self) -> str:
        """Add one, and let the lock go after so many runs."""
        self.runs += 1
        if self._other is not None and self.runs > self.free_after:
            self._other.rollback()
        self.db.session.get_one(self.Number, 1).value += 1
        self.db.session.commit()
        return "done"

    @contextmanager
    def locked(self, runs: int) -> Iterator[None]:
        """Hold the write lock for so many runs."""
        path = Path(self.app.instance_path, "test.db")
        self.free_after = runs
        with closing(sqlite3.connect(path, isolation_level=None)) as self._other:
            self._other.execute("BEGIN IMMEDIATE")
            yield
        self._other = None

    @property
    def value(self) -> int:
        with self.app.app_context():
            return int(self.db.session.get_one(self.Number, 1).value)


@pytest.fixture
def counter(start: Start) -> Counter:
    return Counter(start)


def test_view_is_run_again(counter: Counter) -> None:
    """After two conflicts the third attempt succeeds; the number rises once."""
    counter.app.post("/")(retry(counter.increment))
    with counter.locked(2):
        answer = counter.app.test_client().post("/")
    assert (answer.status_code, counter.runs, counter.value) == (200, 3, 1)


def test_attempts_are_bounded(counter: Counter) -> None:
    """When they are used up, the answer is a 503 with Retry-After."""
    counter.app.post("/")(retry(attempts=3)(counter.increment))
    with counter.locked(100):
        answer = counter.app.test_client().post("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert (counter.runs, counter.value) == (3, 0)


def test_time_is_bounded(counter: Counter) -> None:
    """No attempt begins when the time is over."""
    counter.app.post("/")(retry(attempts=1000, within=0.2)(counter.increment))
    with counter.locked(1000):
        assert counter.app.test_client().post("/").status_code == 503
    assert 1 < counter.runs < 100


def test_undecorated_view_is_run_once(counter: Counter) -> None:
    """Nobody is retried who has not asked."""
    counter.app.post("/")(counter.increment)
    with counter.locked(1):
        assert counter.app.test_client().post("/").status_code == 503
    assert counter.runs == 1


def test_other_errors_are_raised_at_once(counter: Counter) -> None:
    """A mistake is not repeated."""

    @retry
    def fail() -> None:
        counter.runs += 1
        counter.db.session.execute(sa.text("SELECT nowhere"))

    with counter.app.app_context(), pytest.raises(OperationalError):
        fail()
    assert counter.runs == 1


def test_nothing_is_done_twice(counter: Counter) -> None:
    """A function that has committed a part is not run again."""

    @counter.app.post("/")
    @retry
    def halves() -> str:
        counter.increment()
        with counter.locked(100):
            counter.increment()
        return "both"

    assert counter.app.test_client().post("/").status_code == 503
    assert (counter.runs, counter.value) == (2, 1)


def test_autocommit_is_a_commit(counter: Counter) -> None:
    """What an engine in AUTOCOMMIT has written cannot be undone, so it is not done again."""

    @counter.app.get("/")
    @retry
    def halves() -> str:
        counter.runs += 1
        engine = counter.db.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.update(counter.Number).values(value=counter.Number.value + 1))
        with counter.locked(100):
            counter.db.session.execute(sa.update(counter.Number).values(value=100))
        return "both"

    assert counter.app.test_client().get("/").status_code == 503
    assert (counter.runs, counter.value) == (1, 1)


def test_loaded_user_is_no_obstacle(counter: Counter) -> None:
    """A transaction that has only read before the view is begun anew."""
    counter.app.before_request(lambda: counter.db.session.get(counter.Number, 1) and None)
    counter.app.get("/")(retry(counter.increment))
    with counter.locked(1):
        assert counter.app.test_client().get("/").status_code == 200
    assert (counter.runs, counter.value) == (2, 1)


def flush(session: Any, number: Any) -> None:
    session.add(number(id=2))
    session.flush()


def add(session: Any, number: Any) -> None:
    session.add(number(id=2))


def update(session: Any, number: Any) -> None:
    session.execute(sa.update(number).values(value=7))


def begin(session: Any, number: Any) -> None:
    session.begin()


@pytest.mark.parametrize("work", [flush, add, update, begin])
def test_work_of_others_is_not_undone(counter: Counter, work: Callable[..., None]) -> None:
    """What the session holds unfinished would be lost, so the call is refused."""
    with counter.app.app_context():
        work(counter.db.session, counter.Number)
        with pytest.raises(RuntimeError, match=r"increment' is to be retried, but .* Commit them"):
            retry(counter.increment)()
    assert counter.runs == 0


def test_inner_call_is_a_part_of_the_outer(counter: Counter) -> None:
    """Only the outermost function is repeated, from its beginning."""
    outer_runs = []
    inner = retry(counter.increment)

    @counter.app.post("/")
    @retry
    def outer() -> str:
        outer_runs.append(1)
        counter.db.session.add(counter.Number())
        return inner()

    with counter.locked(1):
        assert counter.app.test_client().post("/").status_code == 200
    assert (len(outer_runs), counter.runs) == (2, 2)
    with counter.app.app_context():
        assert counter.db.session.query(counter.Number).count() == 2


def test_method_view_and_blueprint(counter: Counter) -> None:
    """A method of a class, and a whole class with ``decorators``, in a blueprint."""

    class One(MethodView):
        @retry
        def post(self) -> str:
            return counter.increment()

    class All(MethodView):
        decorators = [retry]

        def post(self) -> str:
            return counter.increment()

    parts = Blueprint("parts", __name__)
    parts.add_url_rule("/one", view_func=One.as_view("one"))
    parts.add_url_rule("/all", view_func=All.as_view("all"))
    counter.app.register_blueprint(parts)
    for path in ("/one", "/all"):
        counter.runs = 0
        with counter.locked(1):
            assert counter.app.test_client().post(path).status_code == 200
    assert counter.value == 2


def test_async_function_waits_without_blocking(counter: Counter) -> None:
    """A coroutine function stays one, and its loop goes on in the pauses."""
    ticks = []

    @retry(within=5, attempts=8)
    async def increment() -> str:
        return counter.increment()

    async def tick() -> None:
        while True:
            ticks.append(1)
            await asyncio.sleep(0.001)

    async def both() -> str:
        task = asyncio.create_task(tick())
        try:
            return await increment()
        finally:
            task.cancel()

    with counter.app.app_context(), counter.locked(5):
        assert asyncio.run(both()) == "done"
    assert counter.runs == 6
    assert len(ticks) > 3


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"within": -1}])
def test_impossible_limits_are_refused(wrong: dict[str, Any]) -> None:
    """What would never run anything is an error where it is written."""
    with pytest.raises(ValueError, match=r"never runs anything\. Give"):
        retry(**wrong)


def test_reused_instance_is_watched(make_app: Callable[..., Flask]) -> None:
    """An application's own Flask-SQLAlchemy instance has the same promise."""
    from flask_sqlalchemy import SQLAlchemy

    from stack_core import install

    app = make_app(SECRET_KEY="0123456789abcdef-test", SQLALCHEMY_DATABASE_URI="sqlite:///own.db")
    own = SQLAlchemy(app)
    install(app, [Database.compose({})])
    runs = []

    @retry
    def halves() -> None:
        runs.append(1)
        own.session.execute(sa.text("CREATE TABLE IF NOT EXISTS t (x)"))
        own.session.commit()
        raise OperationalError("", {}, make_busy_error())

    with app.app_context(), pytest.raises(OperationalError):
        halves()
    assert len(runs) == 1


def make_busy_error() -> sqlite3.Error:
    """Return the error of a real lock."""
    with closing(sqlite3.connect("file:busy?mode=memory&cache=shared", uri=True)) as one:
        one.execute("CREATE TABLE t (x)")
        one.commit()
        one.execute("BEGIN EXCLUSIVE")
        with closing(
            sqlite3.connect("file:busy?mode=memory&cache=shared", uri=True, timeout=0)
        ) as two:
            try:
                two.execute("BEGIN EXCLUSIVE")
            except sqlite3.Error as error:
                return error
    raise AssertionError("There was no lock.")


class Deadlock:
    """Two transfers in opposite directions that meet in the middle, once."""

    def __init__(self, start: Start, url: str) -> None:
        self.app, self.db = start(SQLALCHEMY_DATABASE_URI=url)
        self.meet = threading.Barrier(2, timeout=10)
        self.runs: list[int] = []

        class Account(self.db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            balance: Mapped[int] = mapped_column(default=100)

        self.Account = Account
        with self.app.app_context():
            self.db.create_all()
            self.db.session.add_all([Account(id=1), Account(id=2)])
            self.db.session.commit()

    def transfer(self, source: int, target: int) -> str:
        self.runs.append(source)
        account = self.Account
        for number, (key, amount) in enumerate(((source, -10), (target, 10))):
            change = sa.update(account).where(account.id == key)
            self.db.session.execute(change.values(balance=account.balance + amount))
            if number == 0 and len(self.runs) <= 2:
                self.meet.wait()
        self.db.session.commit()
        return "moved"


@pytest.mark.services
def test_deadlock_is_survived(server: sa.URL, start: Start) -> None:
    """Of two that lock each other out, one is run again, and both succeed."""
    bank = Deadlock(start, server.render_as_string(hide_password=False))
    bank.app.post("/<int:source>/<int:target>")(retry(bank.transfer))
    statuses: list[int] = []

    def ask(path: str) -> None:
        statuses.append(bank.app.test_client().post(path).status_code)

    threads = [threading.Thread(target=ask, args=(path,)) for path in ("/1/2", "/2/1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with bank.app.app_context():
        balances = bank.db.session.scalars(sa.select(bank.Account.balance)).all()
    assert (statuses, len(bank.runs), sorted(balances)) == ([200, 200], 3, [100, 100])


@pytest.mark.services
def test_serialization_failure_is_survived(server: sa.URL, start: Start) -> None:
    """Eight threads that read and then write at the strictest level lose no update."""
    url = server.render_as_string(hide_password=False)
    options = {"isolation_level": "SERIALIZABLE"}
    app, db = start(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=options)

    class Number(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        value: Mapped[int] = mapped_column(default=0)

    with app.app_context():
        db.create_all()
        db.session.add(Number(id=1))
        db.session.commit()

    @app.post("/")
    @retry(attempts=100, within=30)
    def increment() -> str:
        number = db.session.get_one(Number, 1)
        number.value = number.value + 1
        db.session.commit()
        return "done"

    def ask() -> None:
        for _ in range(5):
            assert app.test_client().post("/").status_code == 200

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert db.session.get_one(Number, 1).value == 40
