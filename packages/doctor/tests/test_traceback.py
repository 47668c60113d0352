"""A pasted error is explained by what is known, and told apart by where it stands."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from laying import Laid, Verdict

Explain = Callable[[str], Verdict]

URLS = """Traceback (most recent call last):
  File "app.py", line 1, in <module>
    import {module}
  File "/x/site-packages/{module}/__init__.py", line 3, in <module>
    from werkzeug.security import safe_str_cmp
ImportError: cannot import name 'safe_str_cmp' from 'werkzeug.security' (/x/security.py)
"""


@pytest.fixture
def explain(judge: Callable[..., Verdict], monkeypatch: pytest.MonkeyPatch) -> Explain:
    """Return a function that pastes a text."""

    def explain(text: str) -> Verdict:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return judge("--traceback", "-")

    return explain


@pytest.mark.parametrize(
    ("module", "row"),
    [
        ("flask_login", "login-safe_str_cmp"),
        ("flask_wtf", "wtf-safe_str_cmp"),
        ("flask_bcrypt", "bcrypt-safe_str_cmp"),
        ("flask_httpauth", "httpauth-safe_str_cmp"),
    ],
)
def test_rows_of_one_symptom_are_told_apart(explain: Explain, module: str, row: str) -> None:
    """Four extensions fail with the same words; the frames say which."""
    verdict = explain(URLS.format(module=module))
    assert (verdict.status, [*verdict.findings]) == (1, [row])


def test_environment_tells_rows_apart(laid: Laid, explain: Explain) -> None:
    """The last line alone is enough where only one of the rows bites."""
    laid.add("flask-bcrypt", "0.7.1")
    laid.add("werkzeug", "2.1.0")
    verdict = explain(URLS.splitlines()[-1])
    assert [*verdict.findings] == ["bcrypt-safe_str_cmp"]
    assert "installed here" in verdict.findings["bcrypt-safe_str_cmp"]["message"]


def test_all_rows_are_told_where_nothing_tells_them_apart(explain: Explain) -> None:
    """A bare line is explained with each row that has it."""
    verdict = explain(URLS.splitlines()[-1])
    assert len(verdict.findings) == 4


def test_longer_name_is_another_symptom(explain: Explain) -> None:
    """'werkzeug.urls' is not 'werkzeug', and 'db' stands in no longer word."""
    verdict = explain("ImportError: cannot import name 'url_encode' from 'werkzeug.urls'")
    assert [*verdict.findings] == ["wtf-url_encode"]
    assert explain("AttributeError: dbapi").status == 2
    assert explain("KeyError: my.db").status == 2
    assert [*explain("AttributeError: db").findings] == ["msearch-fsa31"]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("RuntimeError: A 'SQLAlchemy' instance has already been registered on this Flask app.",
         "two-databases"),
        ("ValueError: The name 'admin' is already registered for a different blueprint.",
         "blueprint-name"),
        ("AssertionError: View function mapping is overwriting an existing endpoint function: a.b",
         "endpoint-name"),
        ("400 Bad Request: The CSRF token is missing.", "csrf-token"),
        ("RuntimeError: Working outside of application context.", "no-context"),
        ("ModuleNotFoundError: No module named 'blinker'", "no-module"),
        ("AssertionError: The setup method 'route' can no longer be called on the application",
         "set-up-late"),
    ],
)  # fmt: skip
def test_error_of_co_existence_is_explained(explain: Explain, text: str, known: str) -> None:
    """What no version tells is known by its words."""
    assert [*explain(text).findings] == [f"traceback:{known}"]


@pytest.mark.parametrize("text", ["", " \n", "KeyError: 'nobody knows this'"])
def test_error_that_nobody_knows_cannot_be_judged(explain: Explain, text: str) -> None:
    """It is said, with status 2, and nothing is guessed."""
    verdict = explain(text)
    assert verdict.status == 2
    assert verdict.report["problem"]


def test_pasted_text_steers_no_terminal(
    laid: Laid, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is quoted of it is shown, not obeyed; a text without end has one here."""
    from stack_doctor import main

    pasted = "stack_core.error.SetupError: \x1b[2J\x1b]0;owned\x07 done\n" + "x" * 2_000_000
    monkeypatch.setattr("sys.stdin", io.StringIO(pasted))
    assert main(laid.arguments("--traceback", "-")) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_advice_of_python_behind_a_symptom_is_no_matter(explain: Explain) -> None:
    """Newer Pythons end such a line with a guess of what was meant."""
    line = "AttributeError: module 'sqlalchemy' has no attribute '__all__'. Did you mean: 'x'?"
    assert [*explain(line).findings] == ["fsa-sa2-all"]
