"""The tutorial about extensions, followed word by word."""

from __future__ import annotations

import runpy
from pathlib import Path

HERE = Path(__file__).parent


def test_greeter_is_what_the_tutorial_makes(tmp_path: Path) -> None:
    """Byte for byte; run ``python integration/strangers/tutorial.py`` when this fails."""
    tutorial = runpy.run_path(str(HERE / "tutorial.py"))
    made = tutorial["read_tree"](tutorial["follow"](tmp_path))
    kept = tutorial["read_tree"](HERE / "greeter")
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []
