"""Flask's own tutorial application adopts one package after the other; its tests go on passing."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

STEPS = sorted((Path(__file__).parent / "flaskr").glob("*.diff"))
OWN_TESTS = 24
NEW_TESTS = {3: 3, 4: 4}
WRITTEN = """
from hashlib import sha256
from pathlib import Path
from tests.conftest import AuthActions, _data_sql
from flaskr import create_app
from flaskr.db import get_db, init_db

file = Path("answers.sqlite").resolve()
app = create_app({"TESTING": True, "DATABASE": file, "SECRET_KEY": "0123456789" * 4})
with app.app_context():
    init_db()
    get_db().executescript(_data_sql)
client = app.test_client()
pages = "/ /hello /auth/login /auth/register /create /1/update /9/update /nowhere".split()


def ask(method, path, **data):
    answer = client.open(path, method=method, data=data)
    # A session's cookie tells the time.
    headers = sorted((name, value) for name, value in answer.headers if name != "Set-Cookie")
    print(method, path, answer.status, headers, sha256(answer.data).hexdigest())


for path in pages:
    ask("GET", path)
ask("POST", "/1/update", title="no", body="no")
AuthActions(client).login()
for path in pages:
    ask("GET", path)
ask("POST", "/create", title="", body="")
ask("POST", "/create", title="new", body="text")
ask("POST", "/1/delete")
ask("GET", "/auth/logout")
"""


@pytest.fixture
def flaskr(tmp_path: Path, flask_source: Path) -> Path:
    """The application as Flask's source distribution has it."""
    with tarfile.open(flask_source) as archive:
        # Debian's Python 3.11 has no filters; later ones warn without.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(tmp_path, **safely)
    return tmp_path / "flask-3.1.3" / "examples" / "tutorial"


def adopt(folder: Path, steps: list[Path]) -> None:
    """Apply steps to the application."""
    for step in steps:
        subprocess.run(["git", "apply", str(step)], cwd=folder, check=True)


def own_tests(folder: Path) -> dict[str, bytes]:
    """Return what is in the files of tests."""
    return {file.name: file.read_bytes() for file in sorted((folder / "tests").glob("*.py"))}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(STEPS) + 1))
def test_own_tests_pass_after_each_step(flaskr: Path, run_python, number: int) -> None:
    """After none and each step the application's tests pass, and none of them was changed."""
    before = own_tests(flaskr)
    adopt(flaskr, STEPS[:number])
    if number:
        run_python(flaskr, "flask", "--app", "flaskr", "stack", "secret", "--write")
    said = run_python(flaskr, "pytest", "-q", "-p", "no:cacheprovider")
    passed = OWN_TESTS + sum(new for step, new in NEW_TESTS.items() if step <= number)
    assert f"{passed} passed in" in said.splitlines()[-1]
    assert before.items() <= own_tests(flaskr).items()


@pytest.mark.slow
def test_adopted_application_works(flaskr: Path, run_python) -> None:
    """With all packages on, the commands of both worlds work on the same application."""
    adopt(flaskr, STEPS)
    command = ("flask", "--app", "flaskr")
    run_python(flaskr, *command, "stack", "secret", "--write")
    assert run_python(flaskr, *command, "init-db") == "Initialized the database.\n"
    assert "db" in run_python(flaskr, *command, "stack", "extensions")
    assert run_python(flaskr, *command, "stack", "check")


@pytest.mark.slow
def test_views_keep_their_bytes_beside_rest(flaskr: Path, run_python) -> None:
    """The interface changes no answer of another view: neither its headers nor its body."""
    (flaskr / "answers.py").write_text(WRITTEN)
    adopt(flaskr, STEPS[:-1])
    before = run_python(flaskr, "answers")
    adopt(flaskr, STEPS[-1:])
    assert run_python(flaskr, "answers") == before
    assert before.count("200 OK") > 10


def test_steps_touch_no_test_of_theirs() -> None:
    """A step may add a file of tests, and changes none."""
    for step in STEPS:
        lines = step.read_text("utf-8").splitlines()
        changed = [line.removeprefix("--- a/") for line in lines if line.startswith("--- a/")]
        assert not [name for name in changed if name.startswith("tests/")]
