"""No test reaches the databases that the application's settings name."""

from pathlib import Path

import pytest

START = """
    import pytest
    import stack_db.testing
    from shop import create_app

    application = create_app()
    application.testing = True

    def pytest_sessionstart(session):
        "What stack-testing's plugin does with the application of its ini key."
        with application.app_context():
            application.extensions["sqlalchemy"].create_all()
        stack_db.testing.pytest_stack_app(app=application, config=session.config)

    @pytest.fixture
    def app():
        return application
"""
TEST = """
    import pytest
    from shop import Book, db

    def test_without_asking(app):
        with app.app_context(), pytest.raises(RuntimeError, match="does not ask for it. Give it"):
            db.session.scalars(db.select(Book)).all()

    def test_asking(app, database):
        with app.app_context():
            db.session.add(Book(title="a"))
            db.session.commit()

    def test_without_asking_again(app):
        with pytest.raises(RuntimeError, match="usefixtures = database"):
            app.test_client().get("/")

    def test_addresses_are_those_of_the_tests(app, database):
        address = app.config["SQLALCHEMY_DATABASE_URI"]
        assert "dev" not in address
        with app.app_context():
            assert db.engine.url.render_as_string(hide_password=False) == address
            assert "dev" not in str(db.engines["log"].url)
            assert db.engines["again"].url == db.engine.url
"""


def test_database_is_out_of_reach_from_the_start(run, pytester: pytest.Pytester) -> None:
    """A test that does not ask for a database is refused one, before and after one that does.

    The file that the settings name has its tables, from before, and stays empty.
    """
    run("sqlite", TEST, conftest=START).assert_outcomes(passed=4)
    assert rows(pytester.path / "main.sqlite") == 0


def test_own_app_keeps_its_databases_afterwards(run, pytester: pytest.Pytester) -> None:
    """An application of the project's own fixture is as it was when the test is over."""
    test = """
        import pytest

        @pytest.fixture(scope="session")
        def app():
            app = create_app()
            with app.app_context():
                db.create_all()
            return app

        @pytest.mark.parametrize("turn", [1, 2])
        def test_isolated(app, database, turn):
            assert app.test_client().get("/").json == []
            app.test_client().post("/a")
            assert "main" not in app.config["SQLALCHEMY_DATABASE_URI"]

        def test_plain(app):
            assert app.config["SQLALCHEMY_DATABASE_URI"].endswith("main.sqlite")
            app.test_client().post("/b")
            assert app.test_client().get("/").json == ["b"]
            with app.app_context():
                db.engine.dispose()
                db.engines["log"].dispose()
    """
    run("sqlite", test).assert_outcomes(passed=3)
    assert rows(pytester.path / "main.sqlite") == 1


def test_creator_of_its_own_is_refused(run) -> None:
    """An engine that cannot be pointed elsewhere is said to be one, and not used."""
    test = """
        import flask, pytest, sqlite3
        from stack_db import Database

        @pytest.fixture
        def app():
            app = flask.Flask("own")
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///own.sqlite"
            options = {"creator": lambda: sqlite3.connect(":memory:")}
            app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
            Database(app)
            return app

        def test_creator(database):
            pass
    """
    result = run("sqlite", test)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*An engine has a 'creator' of its own*")


def test_application_without_database_is_told(run) -> None:
    """The fixture says that the application has no database, and what to call."""
    test = """
        import flask, pytest

        @pytest.fixture
        def app():
            return flask.Flask("bare")

        def test_database(database):
            pass
    """
    result = run("sqlite", test)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*The application under test has no database. Call init_app*")


def rows(file: Path) -> int:
    """Return how many books are in a file."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(file)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM book").fetchone()
    return int(number)


def test_databases_are_gone_when_the_session_finishes(run) -> None:
    """A worker of pytest-xdist may be ended as soon as its session is, before its config is."""
    result = run(
        "sqlite",
        """
        from pathlib import Path

        class Last:
            @pytest.hookimpl(trylast=True)
            def pytest_sessionfinish(self):
                print("left behind:", self.file.parent.exists())

        def test_note(app, database, request):
            last = Last()
            with app.app_context():
                last.file = Path(database.engine.url.database)
            assert last.file.exists()
            request.config.pluginmanager.register(last)
        """,
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*left behind: False*"])
