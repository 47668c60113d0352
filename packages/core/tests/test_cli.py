"""flask stack: settings, extensions, check, secret."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated

import pytest
from click.testing import Result
from flask import Flask

from stack_core import Extension, Finding, Settings, install, setting

Run = Callable[..., Result]
KEY = "0123456789abcdef0123"
SAFE = {
    "SECRET_KEY": KEY,
    "TRUSTED_HOSTS": ["shop.example"],
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "MAX_CONTENT_LENGTH": 1_000_000,
    "PREFERRED_URL_SCHEME": "https",
}


class Shop(Extension[Settings, None]):
    name = "shop"

    class ShopSettings(Settings, frozen=True, kw_only=True):
        size: Annotated[int, setting("Rows of a page.", ge=1)] = 50
        token: Annotated[str, setting("Of the bank.", secret=True)] = ""

    settings = ShopSettings

    def checks(self, app: Flask) -> Iterable[Finding]:
        if app.config.get("SHOP_FAULTY"):
            yield Finding("shop.faulty", "error", "It is 100% wrong.", "Mend\nit.")
        yield Finding("shop.note", "info", "A note.", "Nothing to do.")


@pytest.fixture
def shop(app: Flask) -> Flask:
    app.config.update(SAFE, SHOP_TOKEN="hunter2")
    return app


def compose(app: Flask) -> Flask:
    install(app, [Shop()])
    return app


def test_settings_are_listed_and_masked(shop: Flask, flask_cli: Run) -> None:
    """Every setting stands there with its value, secrets masked."""
    compose(shop)
    text = flask_cli("stack", "settings").output
    assert "SHOP_SIZE" in text
    assert "hunter2" not in text
    assert KEY not in text
    rows = json.loads(flask_cli("stack", "settings", "--format", "json").output)["settings"]
    row = next(row for row in rows if row["key"] == "SHOP_TOKEN")
    assert (row["value"], row["from"], row["extension"]) == ("********", "config", "shop")
    assert next(row for row in rows if row["key"] == "SHOP_SIZE")["from"] == "default"


def test_extensions_are_listed_in_order(shop: Flask, flask_cli: Run) -> None:
    """Name, distribution, version, protocol, requirements."""
    compose(shop)
    rows = json.loads(flask_cli("stack", "extensions", "--format", "json").output)["extensions"]
    assert [row["name"] for row in rows] == ["stack", "shop"]
    assert rows[0]["distribution"] == "stack-core"
    assert "Protocol" in flask_cli("stack", "extensions").output


def test_settings_show_the_key_that_is_used(app: Flask, flask_cli: Run) -> None:
    """A key from the instance folder is one, and what nobody has set is a default."""
    path = Path(app.instance_path, "secret_key")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(KEY)
    compose(app)
    rows = json.loads(flask_cli("stack", "settings", "--format", "json").output)["settings"]
    found = {row["key"]: (row["value"], row["from"]) for row in rows}
    assert found["SECRET_KEY"] == ("********", "config")
    assert found["SECRET_KEY_FALLBACKS"] == (None, "default")


@pytest.mark.parametrize("command", ["settings", "extensions", "sweep", "check"])
def test_app_without_the_stack_is_told(flask_cli: Run, command: str) -> None:
    """On an application without any extension of ours a sentence says what to call."""
    result = flask_cli("stack", command)
    assert result.exit_code == 1
    assert "Call init_app of one of them" in result.output
    assert "Traceback" not in result.output


def test_check_passes(shop: Flask, flask_cli: Run) -> None:
    """Notes fail nothing."""
    compose(shop)
    result = flask_cli("stack", "check")
    assert result.exit_code == 0
    assert "info shop.note: A note." in result.output
    assert "0 errors, 0 warnings, 1 note." in result.output


def test_check_fails_on_an_error(shop: Flask, flask_cli: Run) -> None:
    """An error is exit 1, worst first."""
    shop.config["SHOP_FAULTY"] = True
    compose(shop)
    result = flask_cli("stack", "check")
    assert result.exit_code == 1
    assert result.output.index("shop.faulty") < result.output.index("shop.note")


def test_check_speaks_json(shop: Flask, flask_cli: Run) -> None:
    """The JSON has a schema number and stable ids."""
    shop.config["SHOP_FAULTY"] = True
    compose(shop)
    body = json.loads(flask_cli("stack", "check", "--format", "json").output)
    assert (body["schema"], body["failed"]) == (1, True)
    ids = [finding["id"] for finding in body["findings"]]
    assert ids == ["shop.faulty", "shop.note", "stack.unknown-setting"]


def test_check_speaks_to_workflows(shop: Flask, flask_cli: Run) -> None:
    """One annotation a line; what would end the line is encoded."""
    shop.config["SHOP_FAULTY"] = True
    compose(shop)
    lines = flask_cli("stack", "check", "--format", "github").output.splitlines()
    assert lines[0] == "::error title=shop.faulty::It is 100%25 wrong. Mend%0Ait."
    assert lines[1].startswith("::notice title=shop.note::")


def test_check_reports_an_app_that_cannot_start(shop: Flask, flask_cli: Run) -> None:
    """A wrong setting is a finding of the check, not a traceback."""
    shop.config["SHOP_SIZE"] = "many"
    result = flask_cli("stack", "check", "--format", "json", make=lambda: compose(shop))
    assert result.exit_code == 1
    assert "'SHOP_SIZE' is 'many'" in json.loads(result.output)["findings"][0]["message"]


def test_wrong_setting_is_one_line_for_every_command(shop: Flask, flask_cli: Run) -> None:
    """Any flask command shows the sentence and no traceback."""
    shop.config["SHOP_SIZE"] = "many"
    result = flask_cli("routes", make=lambda: compose(shop))
    assert result.exit_code == 1
    assert "Error: 'SHOP_SIZE' is 'many'." in result.output
    assert "Traceback" not in result.output


def test_unknown_setting_is_a_note(shop: Flask, flask_cli: Run) -> None:
    """A key of ours that is none is mentioned."""
    shop.config["SHOP_OWN_THING"] = 1
    compose(shop)
    assert "'SHOP_OWN_THING' is not a setting of 'shop'" in flask_cli("stack", "check").output


def test_deploy_passes_a_safe_application(shop: Flask, flask_cli: Run) -> None:
    """An application that is set up as told passes."""
    compose(shop)
    result = flask_cli("stack", "check", "--deploy")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("key", "value", "finding"),
    [
        ("TRUSTED_HOSTS", None, "stack.trusted-hosts"),
        ("SESSION_COOKIE_SECURE", False, "stack.session-cookie-secure"),
        ("SESSION_COOKIE_HTTPONLY", False, "stack.session-cookie-httponly"),
        ("SESSION_COOKIE_SAMESITE", None, "stack.session-cookie-samesite"),
        ("MAX_CONTENT_LENGTH", None, "stack.max-content-length"),
        ("PREFERRED_URL_SCHEME", "http", "stack.preferred-url-scheme"),
        ("DEBUG", True, "stack.debug"),
        ("TESTING", True, "stack.testing"),
        ("SECRET_KEY", "dev", "stack.secret-key-weak"),
        ("SECRET_KEY", None, "stack.secret-key-missing"),
    ],
)
def test_deploy_fails_an_unsafe_one(
    shop: Flask, flask_cli: Run, key: str, value: object, finding: str
) -> None:
    """Each unsafe setting of Flask is exit 1 with --deploy and silent without."""
    compose(shop)
    shop.config[key] = value
    shop.debug = shop.config["DEBUG"]
    result = flask_cli("stack", "check", "--deploy", "--format", "json")
    assert result.exit_code == 1
    assert finding in [f["id"] for f in json.loads(result.output)["findings"]]
    assert finding not in flask_cli("stack", "check").output


def test_deploy_finds_a_committed_key(shop: Flask, flask_cli: Run, tmp_path: Path) -> None:
    """A secret key that stands in the source is named by its file, not by its text."""
    compose(shop)
    shop.root_path = str(tmp_path)
    (tmp_path / "config.py").write_text(f'SECRET_KEY = "{KEY}"\n')
    result = flask_cli("stack", "check", "--deploy")
    assert result.exit_code == 1
    assert "in config.py" in result.output
    assert KEY not in result.output


def test_deploy_finds_a_key_of_each_process(
    flask_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is made at each start differs between workers."""
    source = "import secrets\nfrom flask import Flask\nfrom stack_core import install\n\n\n"
    source += "def create_app():\n    app = Flask('random')\n    app.config['SECRET_KEY'] = {}\n"
    source += "    install(app, [])\n    return app\n"
    monkeypatch.chdir(tmp_path)
    for name, key, said in (
        ("r", "secrets.token_hex()", True),
        ("f", "'0123456789abcdef'", False),
    ):
        (tmp_path / f"{name}app.py").write_text(source.format(key))
        result = flask_cli("--app", f"{name}app", "stack", "check", "--deploy", make=None)
        assert ("stack.secret-key-random" in result.output) is said, result.output


def test_secret_prints_a_new_key(flask_cli: Run) -> None:
    """Two calls print two keys and change nothing."""
    one, two = (flask_cli("stack", "secret").output.strip() for _ in range(2))
    assert len(one) == len(two) == 64
    assert one != two


def test_secret_is_written_for_an_app_without_one(app: Flask, flask_cli: Run) -> None:
    """The command that the refusal names works while the application refuses to start."""
    write = partial(flask_cli, "stack", "secret", "--write", make=partial(compose, app))
    result = write()
    assert result.exit_code == 0, result.output
    path = Path(app.instance_path) / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().strip() not in result.output
    again = write()
    assert again.exit_code == 1
    assert "holds a secret key already" in again.output


def test_secret_options_exclude_each_other(flask_cli: Run) -> None:
    """--write and --fingerprint are two acts."""
    assert flask_cli("stack", "secret", "--write", "--fingerprint").exit_code == 2


def test_help_needs_no_application(flask_cli: Run) -> None:
    """--help works where the application cannot start."""

    def fail() -> Flask:
        raise AssertionError("the application was loaded")

    for command in ((), ("settings",), ("check",), ("secret",), ("sweep",), ("extensions",)):
        assert flask_cli("stack", *command, "--help", make=fail).exit_code == 0
