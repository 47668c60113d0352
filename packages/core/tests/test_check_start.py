"""flask stack check, for an application that does not start, or not twice the same."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from stack_core import Extension, Finding, NoSettings, install, starting

Run = Callable[..., Result]
KEY = "0123456789abcdef0123"
FACTORY = """
import secrets
from flask import Flask
from stack_core import install


def create_app(key="random"):
    app = Flask("started")
    app.config["SECRET_KEY"] = secrets.token_hex() if key == "random" else key
    install(app, [])
    return app
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to start in, in which no other test's modules are found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def findings(result: Result) -> dict[str, dict[str, Any]]:
    assert "Traceback" not in result.output
    return {finding["id"]: finding for finding in json.loads(result.stdout)["findings"]}


def check(run: Run, *args: str, app: str = "") -> dict[str, dict[str, Any]]:
    """Check an application by its address, as it is written on the command line."""
    chosen = ("--app", app) if app else ()
    return findings(run(*chosen, "stack", "check", *args, "--format", "json", make=None))


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("divides", "1 / 0", "(ZeroDivisionError: division by zero)"),
        ("leaks", "raise KeyError('pg://me:hunter2@host')", "KeyError: 'pg://me:********@host'"),
        ("imports", "import nowhere_at_all", "No module named 'nowhere_at_all'"),
        ("breaks", "def :", "SyntaxError"),
    ],
)
def test_code_that_fails_is_a_finding(
    flask_cli: Run, place: Path, name: str, code: str, said: str
) -> None:
    """Whatever the application's code raises is one finding that says where."""
    (place / f"{name}_app.py").write_text(f"\n{code}\n")
    found = check(flask_cli, app=f"{name}_app")["stack.setup"]
    assert said in found["message"]
    assert "\n" not in found["message"]
    assert name == "imports" or f"{name}_app.py, line 2" in found["fix"] + found["message"]


@pytest.mark.parametrize("app", ["nowhere_at_all", "json:nothing", "json:dumps(1)", ""])
def test_wrong_address_is_a_finding(flask_cli: Run, place: Path, app: str) -> None:
    """An application that is not there is said in the chosen form."""
    assert list(check(flask_cli, app=app)) == ["stack.setup"]


def test_application_without_the_stack_is_a_finding(app: Flask, flask_cli: Run) -> None:
    """So is one that has no extension of ours."""
    result = flask_cli("stack", "check", "--format", "json")
    assert "Call init_app of one of them" in findings(result)["stack.setup"]["message"]


class Picky(Extension[NoSettings, None]):
    name = "picky"

    def checks(self, app: Flask) -> Iterable[Finding]:
        yield Finding("picky.first", "info", "A note.", "Nothing.")
        raise RuntimeError(f"no answer from\n{app.config['PICKY_ADDRESS']}")


class Sloppy(Extension[NoSettings, None]):
    name = "sloppy"

    def checks(self, app: Flask) -> Iterable[Finding]:
        yield Finding("sloppy.bad", "fatal", "A note.", "Nothing.")  # type: ignore[arg-type]  # wrong


class Calm(Extension[NoSettings, None]):
    name = "calm"

    def checks(self, app: Flask) -> Iterable[Finding]:
        yield Finding("calm.a,b:c", "error", "100%\r\nwrong: yes, no", "Mend it.")


@pytest.fixture
def checked(app: Flask) -> Flask:
    app.config.update(SECRET_KEY=KEY, PICKY_ADDRESS="pg://me:hunter2@host")
    install(app, [Picky(), Sloppy(), Calm()])
    return app


def test_checks_that_fail_are_findings(checked: Flask, flask_cli: Run) -> None:
    """A check that raises is said, keeps what it found, and keeps nobody else from it."""
    found = findings(flask_cli("stack", "check", "--format", "json"))
    assert {"picky.first", "calm.a,b:c"} < set(found)
    assert found["picky.checks-failed"]["message"] == (
        "The checks of 'picky' failed (RuntimeError: no answer from pg://me:********@host)."
    )
    assert "'fatal' is no severity" in found["sloppy.checks-failed"]["message"]


def test_annotations_of_a_workflow_stay_one_line(checked: Flask, flask_cli: Run) -> None:
    """What would end the title, the message or the line is encoded."""
    lines = flask_cli("stack", "check", "--format", "github").stdout.splitlines()
    assert "::error title=calm.a%2Cb%3Ac::100%25%0D%0Awrong: yes, no Mend it." in lines
    assert len(lines) == 5


@pytest.mark.parametrize("app", ["spelt_app:create_app('0123456789abcdef')", "spelt_app"])
@pytest.mark.parametrize("how", ["option", "variable"])
def test_second_start_is_the_same_application(
    flask_cli: Run, place: Path, monkeypatch: pytest.MonkeyPatch, app: str, how: str
) -> None:
    """However the application is named, with arguments too, that one is started again."""
    (place / "spelt_app.py").write_text(FACTORY)
    if how == "variable":
        monkeypatch.setenv("FLASK_APP", app)
    found = check(flask_cli, "--deploy", app=app if how == "option" else "")
    assert ("stack.secret-key-random" in found) is (app == "spelt_app")
    assert "stack.secret-key-unknown" not in found


def test_second_start_finds_what_the_first_found(
    flask_cli: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """wsgi.py is found without being named; what it prints does not matter."""
    monkeypatch.delitem(sys.modules, "wsgi", raising=False)
    monkeypatch.delenv("FLASK_APP", raising=False)
    code = "\nprint('hello')\napp = create_app()\n"
    (place / "wsgi.py").write_text(FACTORY + code)
    result = flask_cli("stack", "check", "--deploy", make=None)
    monkeypatch.delitem(sys.modules, "wsgi")
    assert "stack.secret-key-random" in result.output


@pytest.mark.parametrize(("name", "second"), [("slow", "time.sleep(60)"), ("once", "1 / 0")])
def test_second_start_that_fails_is_a_note(
    flask_cli: Run, place: Path, monkeypatch: pytest.MonkeyPatch, name: str, second: str
) -> None:
    """What could not be judged is said, and is no failure."""
    monkeypatch.setattr(starting, "_PATIENCE", 3)
    code = f"import time, pathlib\nseen = pathlib.Path('seen')\nif seen.exists():\n    {second}\n"
    (place / f"{name}_app.py").write_text(f"{code}seen.touch()\n{FACTORY}")
    found = check(flask_cli, "--deploy", app=f"{name}_app")
    assert found["stack.secret-key-unknown"]["severity"] == "info"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("settings.yaml", f"SECRET_KEY: {KEY}\n"),
        ("settings.ini", f"[app]\nsecret_key = {KEY}\n"),
        ("inner/settings.py", f"SECRET_KEY = '''{KEY}'''\n"),
    ],
)
def test_key_is_found_in_every_kind_of_file(
    checked: Flask, flask_cli: Run, tmp_path: Path, file: str, text: str
) -> None:
    """A committed key is found with and without quotes."""
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    found = findings(flask_cli("stack", "check", "--deploy", "--format", "json"))
    assert file in found["stack.secret-key-in-source"]["message"]


def test_key_of_bytes_is_found_as_it_is_written(
    checked: Flask, flask_cli: Run, tmp_path: Path
) -> None:
    """A key with escapes stands in the source as escapes."""
    checked.config["SECRET_KEY"] = key = b'_5#y2L"F4Q8z\n\xec]/ and more'
    (tmp_path / "config.py").write_text(f"SECRET_KEY = {key!r}\n")
    found = findings(flask_cli("stack", "check", "--deploy", "--format", "json"))
    assert "config.py" in found["stack.secret-key-in-source"]["message"]


def test_odd_files_beside_the_source_are_passed_over(
    checked: Flask, flask_cli: Run, tmp_path: Path
) -> None:
    """Neither a pipe nor a mountain of data holds the check up, nor what others installed."""
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "env" / "examples.py").write_text(f"KEY = '{KEY}'")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    with (tmp_path / "data.json").open("wb") as file:
        file.truncate(10**9)
    found = findings(flask_cli("stack", "check", "--deploy", "--format", "json"))
    assert "stack.secret-key-in-source" not in found


def test_former_keys_are_checked(checked: Flask, flask_cli: Run) -> None:
    """A former key that can be guessed is an error in production."""
    checked.config["SECRET_KEY_FALLBACKS"] = ["dev"]
    found = findings(flask_cli("stack", "check", "--deploy", "--format", "json"))
    assert "everybody knows" in found["stack.secret-key-fallback"]["message"]


@pytest.mark.parametrize(("mode", "said"), [(0o600, False), (0o640, True), (0o604, True)])
def test_key_file_that_others_can_read_is_named(
    app: Flask, flask_cli: Run, mode: int, said: bool
) -> None:
    """The file of the key belongs to one user."""
    path = Path(app.instance_path) / "secret_key"
    path.parent.mkdir()
    path.write_text(KEY)
    path.chmod(mode)
    install(app, [])
    found = findings(flask_cli("stack", "check", "--deploy", "--format", "json"))
    assert ("stack.secret-key-file" in found) is said
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_check_survives_a_bare_configuration(checked: Flask, flask_cli: Run) -> None:
    """An application may have removed even Flask's own keys."""
    for key in ("SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "MAX_CONTENT_LENGTH"):
        del checked.config[key]
    checked.config["SECRET_KEY"] = 12345
    found = findings(flask_cli("stack", "check", "--deploy", "--format", "json"))
    assert "neither text nor bytes" in found["stack.secret-key-weak"]["message"]
    assert "stack.session-cookie-secure" in found
