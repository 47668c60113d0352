"""The tables of the tests' databases come from the migrations, the models or the project."""

import pytest

REVISION = """
    from alembic import op
    import sqlalchemy as sa
    import logging

    revision, down_revision, branch_labels, depends_on = "1", None, None, None

    def upgrade(engine_name=""):
        columns = [sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String)]
        op.create_table("book", *columns, sa.Column("migrated", sa.Integer))
"""
TEST = """
    import logging
    from sqlalchemy import inspect

    def columns(app):
        with app.app_context():
            return {column["name"] for column in inspect(db.engine).get_columns("book")}
"""
MIGRATED = """
    def test_migrated(app, database):
        assert columns(app) == {"id", "title", "migrated"}
        assert not logging.getLogger("shop.existing").disabled

    logging.getLogger("shop.existing")
"""
CREATED = """
    def test_created(app, database):
        assert columns(app) == {"id", "title"}
"""


@pytest.fixture
def run_schema(run, pytester: pytest.Pytester):
    """Run a test in a project that has migrations or not, with a choice or none."""

    def run_on(test: str, *, migrations: bool, choice: str = "") -> pytest.RunResult:
        if migrations:
            make_migrations(pytester)
        fixture = f"""
            import pytest
            @pytest.fixture(scope="session")
            def database_schema():
                return {choice}
        """
        return run("sqlite", dedented(TEST, fixture if choice else "", test))

    return run_on


def test_schema_comes_from_the_migrations(run_schema) -> None:
    """Where there is a migration it makes the tables, and leaves the loggers as they were."""
    run_schema(MIGRATED, migrations=True).assert_outcomes(passed=1)
    run_schema(MIGRATED, migrations=True, choice='"migrations"').assert_outcomes(passed=1)


def test_schema_comes_from_the_models(run_schema) -> None:
    """Where there is none, or the project says so, the models make the tables."""
    run_schema(CREATED, migrations=False).assert_outcomes(passed=1)
    run_schema(CREATED, migrations=True, choice='"create_all"').assert_outcomes(passed=1)


def test_schema_is_made_the_projects_way(run_schema) -> None:
    """A function is called once with the database, in an application context."""
    test = """
        import flask
        calls = []

        def fill(database):
            calls.append(flask.current_app.name)
            database.create_all()
            database.session.add(Book(title="seed"))
            database.session.commit()

        @pytest.mark.parametrize("turn", [1, 2])
        def test_filled(app, database, turn):
            assert app.test_client().get("/").json == ["seed"]
            assert calls == ["shop"]
    """
    run_schema(test, migrations=False, choice="fill").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (
            '"creat_all"',
            "*'database_schema' returns 'creat_all'. Return 'migrations', 'create_all'*",
        ),
        ('"migrations"', "*returns 'migrations', but * has none. Run flask db init and*"),
    ],
)
def test_wrong_schema_is_one_sentence(run_schema, choice: str, sentence: str) -> None:
    """A word that is none of the choices, or migrations that are not there, are said."""
    result = run_schema(CREATED, migrations=False, choice=choice)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(sentence)


def make_migrations(pytester: pytest.Pytester) -> None:
    """Make the folder that ``flask db init`` makes, with one revision for the default bind."""
    import flask
    from flask_migrate import init

    from stack_db import Database

    app = flask.Flask("made", instance_path=str(pytester.path))
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    database = Database(app)
    folder = pytester.path / "migrations"
    if not folder.exists():
        with app.app_context():
            init(str(folder))
            database.engine.dispose()
        (folder / "versions" / "1_book.py").write_text(dedented(REVISION))


def dedented(*texts: str) -> str:
    """Return texts without the indentation that each has, one after the other."""
    from textwrap import dedent

    return "\n".join(dedent(text) for text in texts)
