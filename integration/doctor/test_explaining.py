"""The errors of our own packages, as a traceback shows them, are known to the doctor."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from laying import lay, run
from stack import Stack
from stack_core import Extension, Settings


class Needy(Extension[Settings, object]):
    """It needs what is not there."""

    name = "needy"
    requires = ("db",)

    def build(self, app: Flask, settings: Settings) -> object:
        """Build nothing."""
        return object()


def misspell(app: Flask) -> None:
    """Set a setting up that nearly has the right name."""
    app.config["STACK_PROXY_HOPZ"] = 1
    Stack("db").init_app(app)


CASES: dict[str, tuple[Callable[[Flask], object], str]] = {
    "missing extension": (lambda app: Needy().init_app(app), "missing-extension"),
    "unknown part": (lambda app: Stack("dbb").init_app(app), "missing-extension"),
    "a with as a part": (lambda app: Stack("postgres").init_app(app), "set-up"),
    "wrong setting": (misspell, "wrong-setting"),
}


@pytest.mark.parametrize(("act", "known"), CASES.values(), ids=CASES)
def test_error_of_ours_is_explained(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    act: Callable[[Flask], object],
    known: str,
) -> None:
    """The explanation quotes the sentence that says what to do."""
    app = Flask("toy", instance_path=str(tmp_path))
    app.config.update(SECRET_KEY="x" * 32, SQLALCHEMY_DATABASE_URI="sqlite://")
    with pytest.raises(Exception) as raised:
        act(app)
    pasted = tmp_path / "error.txt"
    pasted.write_text("".join(traceback.format_exception(raised.value)))
    verdict = run(capsys, *lay(tmp_path).arguments("--traceback", str(pasted)))
    found = verdict.findings[f"traceback:{known}"]
    assert str(raised.value).splitlines()[0] in found["message"]
