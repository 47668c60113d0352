"""The commands, and what ``flask stack check`` says."""

from __future__ import annotations

import pytest
from flask.testing import FlaskCliRunner

from greeter import Greeter

from application import create_app


def test_show_prints_the_text() -> None:
    """The text is that of the settings."""
    app = create_app(GREETER_TEXT="Good morning!")
    done = app.test_cli_runner().invoke(args=["greeter", "show"])
    assert (done.exit_code, done.output) == (0, "Good morning!\n")


@pytest.mark.parametrize(("text", "found"), [("Hello!", True), ("Good morning!", False)])
def test_check_knows_the_text_that_it_was_made_with(text: str, found: bool) -> None:
    """What nobody has set is told before it is in production."""
    app = create_app(GREETER_TEXT=text)
    ids = {finding.id for finding in Greeter().checks(app)}
    assert ("greeter.default-text" in ids) is found


@pytest.mark.parametrize(("token", "found"), [("", True), ("x" * 32, False)])
def test_check_says_that_nobody_may_write(token: str, found: bool) -> None:
    """A token that is not set is told."""
    app = create_app(GREETER_TOKEN=token)
    ids = {finding.id for finding in Greeter().checks(app)}
    assert ("greeter.no-token" in ids) is found


@pytest.mark.usefixtures("database")
def test_entries_are_added_and_listed(runner: FlaskCliRunner) -> None:
    """What one command adds, another shows."""
    for text in ("first", "second"):
        assert runner.invoke(args=["greeter", "add", text]).exit_code == 0
    assert runner.invoke(args=["greeter", "list"]).output == "second\nfirst\n"


@pytest.mark.usefixtures("database")
def test_entry_that_does_not_fit_is_refused(runner: FlaskCliRunner) -> None:
    """One sentence says why; there is no traceback."""
    done = runner.invoke(args=["greeter", "add", "x" * 201])
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert runner.invoke(args=["greeter", "list"]).output == ""


def test_missing_table_is_told() -> None:
    """Before the database is migrated, one sentence says what to run."""
    runner = create_app().test_cli_runner()
    for words in (["list"], ["add", "first"]):
        done = runner.invoke(args=["greeter", *words])
        assert done.exit_code == 1
        assert done.output.startswith("Error: ")
        assert "flask db upgrade" in done.output
