"""The page about upgrading shows the steps that the tests apply."""

from __future__ import annotations

import runpy
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "upgrade.md"


def test_page_shows_the_steps_as_they_are() -> None:
    """Run ``python integration/adopt/page.py`` when this fails."""
    render = runpy.run_path(str(HERE / "page.py"))["render"]
    text = PAGE.read_text("utf-8")
    assert render(text) == text


def test_page_shows_every_step() -> None:
    """No step is left out."""
    shown = PAGE.read_text("utf-8")
    steps = [f"flaskr/{file.name}" for file in (HERE / "flaskr").glob("*.diff")]
    assert len(steps) == 4
    assert not [name for name in steps if f"<!-- {name} -->" not in shown]
