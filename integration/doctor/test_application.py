"""An application that the doctor makes: what it tells of it, and how it ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from laying import Laid, Verdict, lay, run

Ask = Callable[..., Verdict]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Return a function that judges an application by its source, in our own environment."""

    def ask(source: str, target: str = "shop:app") -> Verdict:
        (tmp_path / "shop.py").write_text(source)
        here = ["--python", sys.executable, "--project", str(tmp_path)]
        return run(capsys, "doctor", *here, "--app", target)

    return ask


@pytest.fixture
def laid(tmp_path: Path) -> Laid:
    """Return an environment of metadata alone, beside a project's folder."""
    return lay(tmp_path)


FINE = """
from flask import Flask
from stack import Stack

def create_app():
    app = Flask(__name__)
    app.config.update(SECRET_KEY="a key of 32 or more different!!!", SQLALCHEMY_DATABASE_URI="sqlite://")
    Stack("db", "rest").init_app(app)
    print("what an application prints is no part of the report")
    return app

app = create_app()
"""


@pytest.mark.parametrize("target", ["shop:app", "shop:create_app", "shop:create_app()", "shop"])
def test_healthy_application_has_no_finding(ask: Ask, target: str) -> None:
    """An object, a factory, a call and a module are understood, as ``flask --app`` does."""
    verdict = ask(FINE, target)
    assert (verdict.status, verdict.findings) == (0, {})
    assert [each["place"] for each in verdict.report["judged"]][1:] == [target]


def test_second_database_is_told(ask: Ask) -> None:
    """The error is explained by what it means, in one finding."""
    verdict = ask(
        "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\napp = Flask(__name__)\n"
        "app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite://'\n"
        "SQLAlchemy(app)\nSQLAlchemy(app)\n"
    )
    (found,) = verdict.findings.values()
    assert found["id"] == "app-import:shop:app"
    assert "already been registered" in found["message"]
    assert "Two SQLAlchemy objects are initialised" in found["message"]
    assert found["fix"] == "Make one of them, and hand it to the extension."


def test_known_conflict_is_named_once(ask: Ask, tmp_path: Path) -> None:
    """An import that fails as a row says is one finding, with the row's advice."""
    (tmp_path / "flask_login.py").write_text("from werkzeug.urls import url_decode\n")
    (found,) = ask("import flask_login\n").report["judged"][1]["findings"]
    assert found["id"] == "app-import:shop:app"
    assert found["message"].endswith(". That is the known conflict login-url_decode.")
    assert '"flask-login>=0.6.3"' in found["fix"]
    assert found["source"].startswith("https://")


def test_missing_extension_is_told_in_our_own_words(ask: Ask) -> None:
    """What core says of it is the finding."""
    verdict = ask(
        "from flask import Flask\nfrom stack import Stack\napp = Flask(__name__)\n"
        "Stack('cellar').init_app(app)\n"
    )
    (found,) = verdict.report["judged"][1]["findings"]
    assert found["message"].count("'cellar' is not an extension") == 1
    assert found["fix"].startswith("Do what the sentence says;")


def test_second_rule_for_an_address_is_told(ask: Ask) -> None:
    """It is never reached; other methods of the same address are no matter."""
    verdict = ask(
        "from flask import Flask\napp = Flask(__name__)\n"
        "app.add_url_rule('/a', 'one', lambda: '')\napp.add_url_rule('/a', 'two', lambda: '')\n"
        "app.add_url_rule('/a', 'three', lambda: '', methods=['POST'])\n"
    )
    assert [*verdict.findings] == ["app-duplicate-rule:GET /a"]


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("import os\nos._exit(3)\n", "shop:app", "ended without a word"),
        ("raise SystemExit('closed')\n", "shop:app", "SystemExit: closed"),
        ("app = 1\n", "shop:app", "'int' object is not callable"),
        ("def create_app():\n    return 1\n", "shop", "is no Flask application"),
        ("", "shop:app", "'shop' has no 'app'"),
        ("", "shopp:app", "No module named 'shopp'"),
        ("def f(:", "shop:app", "SyntaxError"),
    ],
)
def test_application_that_cannot_be_made_is_a_finding(
    ask: Ask, source: str, target: str, words: str
) -> None:
    """However it fails, the doctor says the last line of it."""
    assert words in ask(source, target).findings[f"app-import:{target}"]["message"]


def test_application_without_end_is_a_finding(
    laid: Laid, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is ended, with what it started, and the findings of the environment are told too."""
    monkeypatch.setattr("stack_doctor.application.PATIENCE", 1)
    (laid.venv / "bin").mkdir()
    program = laid.venv / "bin" / "python"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    laid.add("flask-login", "0.6.2")
    laid.add("werkzeug", "3.0.0")
    laid.write("shop.py", "import subprocess\nsubprocess.run(['sleep', '60'])\n")
    began = time.monotonic()
    verdict = run(capsys, *laid.arguments("--app", "shop:app"))
    assert time.monotonic() - began < 10
    assert verdict.status == 1
    assert [*verdict.findings] == ["login-url_decode", "app-endless:shop:app"]
    assert "takes more than 1 s" in verdict.findings["app-endless:shop:app"]["message"]


def test_modules_of_the_doctor_are_not_those_of_the_application(ask: Ask) -> None:
    """The application's own ``finding`` is imported, not ours."""
    verdict = ask("import finding\n")
    assert "No module named 'finding'" in verdict.findings["app-import:shop:app"]["message"]


@pytest.mark.parametrize("kind", ["missing", "text", "folder"])
def test_environment_without_an_interpreter_makes_no_application(
    laid: Laid, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """It is made in no other Python than the judged one, whose findings are told all the same."""
    program = laid.venv / "bin" / "python"
    program.parent.mkdir()
    if kind == "text":
        program.write_text("no program")
    elif kind == "folder":
        program.mkdir()
    laid.add("one", "1", ["gone"])
    verdict = run(capsys, *laid.arguments("--app", "shop:app"))
    assert [*verdict.findings] == ["requirement-missing:one/gone", "app-import:shop:app"]
    assert "cannot be started" in verdict.findings["app-import:shop:app"]["message"]


def test_endless_output_is_ended(ask: Ask) -> None:
    """An application that never stops talking is ended before it fills memory or disk."""
    began = time.monotonic()
    verdict = ask("import sys\nwhile True:\n    sys.stderr.write('x' * 100_000)\n")
    assert verdict.status == 1
    assert "says more than" in verdict.findings["app-endless:shop:app"]["message"]
    assert time.monotonic() - began < 15


def test_what_it_leaves_behind_is_not_waited_for(ask: Ask, tmp_path: Path) -> None:
    """A process with a session of its own may hold the output open: the application is made."""
    began = time.monotonic()
    verdict = ask(
        "import subprocess\nfrom flask import Flask\napp = Flask(__name__)\n"
        "subprocess.Popen(['sleep', '12'], start_new_session=True)\n"
    )
    assert verdict.status == 0
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("text", ["{}", '{"owners": {"other": [1]}}'])
def test_answer_that_is_not_the_probes(ask: Ask, text: str) -> None:
    """An application that writes an answer of its own was not made."""
    verdict = ask(f"import os, sys\nopen(sys.argv[2], 'w').write({text!r})\nos._exit(0)\n")
    assert {*verdict.findings} == {"app-import:shop:app"}


@pytest.mark.parametrize("option", ["--app", "--python", "--traceback"])
def test_empty_name_is_not_left_out(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a shell makes of a variable that is not set is no judgement of something else."""
    verdict = run(capsys, "doctor", "--project", str(tmp_path), option, "")
    assert verdict.status != 0
