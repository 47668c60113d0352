"""What ``stack new`` makes, used as its README says: no flag, no variable."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import combinations
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from stack.extras import EXTRAS

Generate = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
Serve = Callable[..., AbstractContextManager[str]]

pytestmark = pytest.mark.slow

HELLO = """\
from flask import Blueprint

blueprint = Blueprint("hello", __name__, url_prefix="/hello")


@blueprint.get("/")
def index() -> str:
    return "Hello!"
"""
TAG = """

class Tag(Model):
    \"\"\"A word for notes.\"\"\"

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(20), unique=True)
"""
IN_PRODUCTION = {
    "FLASK_SECRET_KEY": "0123456789abcdef" * 4,
    "FLASK_TRUSTED_HOSTS": '["shop.example"]',
    "FLASK_SESSION_COOKIE_SECURE": "true",
    "FLASK_PREFERRED_URL_SCHEME": "https",
}


def list_subsets() -> list[str]:
    """Return every subset of the parts, alone and with everything that only installs."""
    parts = [extra.name for extra in EXTRAS if extra.kind == "part"]
    found = []
    for size in range(len(parts) + 1):
        for subset in combinations(parts, size):
            withs = [e.name for e in EXTRAS if e.kind == "with" and e.goes_with in ("", *subset)]
            found += [",".join(subset) or "none", ",".join((*subset, *withs))]
    return found


@pytest.mark.parametrize("choice", list_subsets())
def test_own_tests_pass(generate: Generate, run: Run, choice: str) -> None:
    """A team starts from green, and its tests leave the data of the machine alone."""
    shop = generate("my-shop", "--with", choice)
    done = run(shop, "pytest", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert [path.name for path in (shop / "instance").iterdir()] == ["secret_key"]


@pytest.mark.parametrize("choice", ["postgres,mariadb", "none", "rest", "db,rest"])
@pytest.mark.parametrize(
    "words", [["ruff", "format", "--check", "."], ["ruff", "check", "."], ["mypy"]], ids=" ".join
)
def test_tools_find_nothing(generate: Generate, run: Run, choice: str, words: list[str]) -> None:
    """Format, lint and strict types are clean from the first day."""
    done = run(generate("my-shop", "--with", choice), *words)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("choice", ["none", "rest", "db,rest"])
def test_pyright_finds_nothing(generate: Generate, choice: str) -> None:
    """The second type checker agrees; `nox -s types` asks it about the default choice.

    It keeps its program in the home that is there.
    """
    words = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    shop = generate("shop", "--with", choice)
    done = subprocess.run(words, cwd=shop, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("words", [["flask", "run"], ["gunicorn", "wsgi:app"]], ids=" ".join)
def test_application_answers(generate: Generate, run: Run, serve: Serve, words: list[str]) -> None:
    """After one migration it serves its pages and keeps what is written."""
    shop = generate()
    assert run(shop, "flask", "db", "upgrade").returncode == 0
    with serve(shop, *words) as address:
        form = urlencode({"text": "from a form"}).encode()
        with urlopen(f"{address}/notes/", data=form) as response:
            assert "<p>from a form<br>" in response.read().decode()
        with urlopen(f"{address}/") as response:
            assert "<h1>Shop</h1>" in response.read().decode()
        with urlopen(f"{address}/readyz") as response:
            assert json.load(response) == {"status": "ok", "db": "ok"}


@pytest.mark.parametrize("words", [["flask", "run"], ["gunicorn", "wsgi:app"]], ids=" ".join)
def test_application_without_database_answers(
    generate: Generate, serve: Serve, words: list[str]
) -> None:
    """It is whole without one."""
    with serve(generate("shop", "--with", "none"), *words) as address:
        with urlopen(f"{address}/") as response:
            assert "<h1>Shop</h1>" in response.read().decode()
        with urlopen(f"{address}/readyz") as response:
            assert json.load(response) == {"status": "ok"}


def test_migrations_go_both_ways(generate: Generate, run: Run) -> None:
    """The first revision matches the models, and a new model gets the next one."""
    shop = generate()
    for words in (["upgrade"], ["check"]):
        done = run(shop, "flask", "db", *words)
        assert done.returncode == 0, done.stderr
    model = shop / "shop" / "notes" / "model.py"
    model.write_text(model.read_text() + TAG)
    drift = run(shop, "flask", "db", "check")
    assert drift.returncode == 1
    assert "tag" in drift.stdout + drift.stderr
    assert run(shop, "pytest", "-q", "tests/test_migrations.py").returncode == 1
    for words in (["migrate", "-m", "add tags"], ["upgrade"], ["check"], ["downgrade", "base"]):
        done = run(shop, "flask", "db", *words)
        assert done.returncode == 0, done.stderr
    (revision,) = (shop / "migrations" / "versions").glob("*_add_tags.py")
    assert 'name=op.f("uq_tag_word")' in revision.read_text().replace("'", '"')
    assert run(shop, "ruff", "check", ".").returncode == 0


def test_feature_is_on_with_two_lines(generate: Generate, run: Run) -> None:
    """A folder, its import and its name: the page is there, and in the navigation."""
    shop = generate("shop", "--with", "none")
    (shop / "shop" / "hello").mkdir()
    (shop / "shop" / "hello" / "__init__.py").write_text(HELLO)
    application = shop / "shop" / "application.py"
    text = application.read_text()
    text = text.replace("\nfrom .home", "\nfrom .hello import blueprint as hello\nfrom .home")
    application.write_text(text.replace("(home,)", "(home, hello)"))
    code = (
        "from shop import create_app; client = create_app().test_client();"
        "print(client.get('/hello/').text, client.get('/').text)"
    )
    done = run(shop, "python", "-c", code)
    assert done.stdout.startswith("Hello!"), done.stderr
    assert '<a href="/hello/">Hello</a>' in done.stdout


def test_settings_of_the_readme_satisfy_the_check(generate: Generate, run: Run) -> None:
    """What the README says for production is all that the check asks for."""
    shop = generate("shop", "--with", "none")
    for variable in IN_PRODUCTION:
        assert f"`{variable}`" in (shop / "README.md").read_text()
    before = run(shop, "flask", "stack", "check", "--deploy")
    after = run(shop, "flask", "stack", "check", "--deploy", **IN_PRODUCTION)
    assert before.returncode == 1
    assert "stack.trusted-hosts" in before.stdout
    assert after.returncode == 0, after.stdout + after.stderr


def test_misspelt_setting_is_one_sentence(generate: Generate, run: Run) -> None:
    """Generated applications refuse every unknown key of an extension's prefix."""
    done = run(generate(), "flask", "routes", FLASK_DB_NONSENSE="1")
    assert done.returncode != 0
    assert "'DB_NONSENSE' is not a setting of 'db'." in done.stderr
    assert "Traceback" not in done.stderr


def test_log_has_the_id_of_the_error_page(generate: Generate, serve: Serve) -> None:
    """Who reports an error page's id is found in the log by it."""
    shop = generate("shop", "--with", "none")
    views = shop / "shop" / "home" / "views.py"
    views.write_text(
        views.read_text().replace("return render", "raise OSError\n    return render")
    )
    with serve(shop, "flask", "run") as address:
        with pytest.raises(HTTPError) as error:
            urlopen(f"{address}/")
        page = error.value.read().decode()
        error.value.close()
    identifier = page.partition("<code>")[2].partition("</code>")[0]
    assert len(identifier) == 32
    log = (shop.parent / "server.log").read_text()
    assert f"ERROR shop [{identifier}] Exception on / [GET]" in log
