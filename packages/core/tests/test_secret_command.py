"""flask stack secret --write: where a key is kept, and when it would be of no use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from stack_core import Extension, NoSettings, install

Run = Callable[..., Result]


class Nothing(Extension[NoSettings, None]):
    name = "nothing"


def compose(app: Flask) -> Flask:
    install(app, [])
    return app


def refuse(run: Run, app: Flask, make: Callable[[Flask], Flask] = compose) -> str:
    """Ask for a file; it is refused, and there is none."""
    result = run("stack", "secret", "--write", make=partial(make, app))
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert not (Path(app.instance_path) / "secret_key").is_file()
    return result.output


@pytest.mark.parametrize("key", ["dev", "0123456789abcdef0123"])
def test_configured_key_goes_before_a_file(app: Flask, flask_cli: Run, key: str) -> None:
    """Where a key is set, good or weak, a file would change nothing; that is said."""
    app.config["SECRET_KEY"] = key
    assert "SECRET_KEY" in refuse(flask_cli, app)
    assert key not in refuse(flask_cli, app)


def test_only_a_stack_reads_the_file(app: Flask, flask_cli: Run) -> None:
    """Without a Stack nobody reads the file."""

    def bare(app: Flask) -> Flask:
        if "stack" not in app.extensions:
            Nothing().init_app(app)
        return app

    assert "no Stack composes this application" in refuse(flask_cli, app, bare)


def test_folder_that_cannot_be_written_is_named(app: Flask, flask_cli: Run) -> None:
    """The path and the reason are said."""
    Path(app.instance_path).symlink_to("nowhere")
    output = refuse(flask_cli, app)
    assert f"{app.instance_path}/secret_key cannot be written (not a folder)" in output


def test_settings_show_that_a_file_gave_the_key(app: Flask, flask_cli: Run) -> None:
    """What is in use is shown as set, masked."""
    Path(app.instance_path).mkdir()
    (Path(app.instance_path) / "secret_key").write_text("0123456789abcdef0123")
    compose(app)
    lines = flask_cli("stack", "settings").stdout.splitlines()
    assert [line.split()[1:3] for line in lines if line.startswith("SECRET_KEY ")] == [
        ["'********'", "config"]
    ]
    assert [line.split()[1:3] for line in lines if line.startswith("SECRET_KEY_FALLBACKS")] == [
        ["None", "default"]
    ]
