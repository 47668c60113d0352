"""An extension on the application under test brings its own fixtures."""

APP = """
    from flask import Flask
    from stack_core import Extension

    class Greeter(Extension):
        name = "greeter"
        testing = "greeter_testing"

    app = Flask(__name__)
    bare = Flask("bare")
    Greeter().init_app(app)
"""
FIXTURES = """
    import pytest

    said = []

    @pytest.fixture
    def greeting(app):
        return f"Hello, {app.name}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_stack_app(app, config):
        said.append((app.name, config.getini("stack_app")))
"""
TEST = """
    def test_greeting(greeting):
        assert greeting == "Hello, wsgi"
        import greeter_testing
        assert greeter_testing.said == [("wsgi", "wsgi:app")]
"""


def test_fixtures_come_with_the_extension(run) -> None:
    """The module that ``Extension.testing`` names is loaded, its hook gets the application."""
    result = run(ini="stack_app = wsgi:app", wsgi=APP, greeter_testing=FIXTURES, test_it=TEST)
    result.assert_outcomes(passed=1)


def test_fixtures_stay_away_without_the_extension(run) -> None:
    """An application without the extension does not have its fixtures."""
    result = run(ini="stack_app = wsgi:bare", wsgi=APP, greeter_testing=FIXTURES, test_it=TEST)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*fixture 'greeting' not found*")


def test_fixtures_that_the_project_loads_itself_are_loaded_once(run) -> None:
    """A project with an ``app`` of its own may name the module in ``pytest_plugins``."""
    files = {"wsgi": APP, "greeter_testing": FIXTURES, "test_it": TEST}
    conftest = 'pytest_plugins = ["greeter_testing"]'
    result = run(ini="pythonpath = .\nstack_app = wsgi:app", conftest=conftest, **files)
    result.assert_outcomes(passed=1)


def test_fixtures_that_cannot_be_imported_are_one_sentence(run) -> None:
    """A missing module of fixtures is said in one line that names the extension."""
    result = run(ini="stack_app = wsgi:app", wsgi=APP, test_it=TEST)
    assert [line for line in result.errlines if line] == [
        "ERROR: The fixtures of 'greeter' cannot be loaded from 'greeter_testing':"
        " No module named 'greeter_testing'. Mend that module, or the 'testing' of 'greeter'."
    ]
