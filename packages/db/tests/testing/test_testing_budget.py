"""``query_budget`` counts what is sent, and says where it was sent from."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, render_template_string
from sqlalchemy import create_engine, text

from stack_db.testing import Budget

ROOT = Path(__file__).parent


@pytest.fixture
def engine(tmp_path: Path):
    """An engine that belongs to no application."""
    engine = create_engine(f"sqlite:///{tmp_path}/one.sqlite")
    yield engine
    engine.dispose()


def ask(engine, times: int = 1) -> None:
    """Send a statement."""
    with engine.connect() as connection:
        for _ in range(times):
            connection.execute(text("SELECT 1"))  # the line to be found


def test_budget_that_is_kept_passes(engine) -> None:
    """As many statements as allowed, or fewer, pass, and are there to be looked at."""
    with Budget(2, root=ROOT) as budget:
        ask(engine)
    assert [statement.text for statement in budget.statements] == ["SELECT 1"]


def test_budget_that_is_exceeded_says_what_and_where(engine) -> None:
    """The failure has the number, each statement and the line of the application."""
    line = (
        Path(__file__)
        .read_text()
        .splitlines()
        .index('            connection.execute(text("SELECT 1"))  # the line to be found')
    )
    with pytest.raises(pytest.fail.Exception) as failure, Budget(1, root=ROOT):
        ask(engine, times=3)
    assert str(failure.value) == (
        "3 statements were sent, 1 allowed:\n"
        f"  {Path(__file__).name}:{line + 1}  3 times: SELECT 1"
    )


def test_statements_in_turns_are_shown_once_each(engine) -> None:
    """Two statements of a loop are two lines with their numbers, not one for each turn."""
    with Budget(6, root=ROOT) as budget, engine.connect() as connection:
        for _ in range(3):
            connection.execute(text("SELECT 1"))
            connection.execute(text("SELECT 2"))
    lines = budget.explain().splitlines()
    assert [line.partition("3 times: ")[2] for line in lines] == ["SELECT 1", "SELECT 2"]


def test_exact_budget_fails_below_too(engine) -> None:
    """``exact`` expects the very number."""
    with Budget(1, root=ROOT, exact=True):
        ask(engine)
    with (
        pytest.raises(pytest.fail.Exception, match="1 statement was sent, 2 expected"),
        Budget(2, root=ROOT, exact=True),
    ):
        ask(engine)


def test_budget_counts_every_engine(engine, tmp_path: Path) -> None:
    """Statements of all engines count together."""
    other = create_engine(f"sqlite:///{tmp_path}/two.sqlite")
    with Budget(2, root=ROOT, exact=True):
        ask(engine)
        ask(other)
    other.dispose()


def test_budgets_nest(engine) -> None:
    """What is sent inside counts outside too, and nothing counts afterwards."""
    with Budget(3, root=ROOT, exact=True):
        ask(engine)
        with Budget(2, root=ROOT, exact=True) as inner:
            ask(engine, times=2)
    ask(engine)
    assert len(inner.statements) == 2


def test_error_within_is_not_hidden(engine) -> None:
    """An error of the code inside is what is seen, not the budget that it exceeded."""
    with pytest.raises(ZeroDivisionError), Budget(0, root=ROOT):
        ask(engine, times=1 // len(str(engine)[:0]))


def test_place_may_be_a_line_of_a_template(engine) -> None:
    """A statement that a template causes is found on the template's own line."""
    app = Flask(__name__, root_path=str(ROOT))
    with app.app_context(), Budget(1, root=ROOT) as budget:
        app.jinja_env.globals["ask"] = ask_quietly(engine)
        render_template_string("one\n\n{{ ask() }}")
    assert budget.statements[0].place == "<template>:3"


def ask_quietly(engine):
    """Return a function whose own frames belong to a library."""
    connect = {"engine": engine, "text": text, "__name__": "sqlalchemy.made_up"}
    exec("def ask():\n    with engine.connect() as c: c.execute(text('SELECT 1'))", connect)
    return connect["ask"]


@pytest.mark.parametrize("number", [-1, 1.5, True, "3"])
def test_budget_must_be_a_number(number) -> None:
    """What is no number of statements is refused in one sentence that quotes it."""
    with pytest.raises(ValueError, match=r"is not a number of statements\. Give query"):
        Budget(number, root=ROOT)


def test_fixture_makes_budgets_for_the_application(run) -> None:
    """The fixture works for an application's own queries, with places below the project."""
    test = """
        import pytest

        def test_index(client, database, query_budget):
            with query_budget(1, exact=True) as budget:
                client.get("/")
            assert budget.statements[0].place.startswith("shop.py:")
    """
    run("sqlite", test).assert_outcomes(passed=2)
