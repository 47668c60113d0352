"""Puts the steps of an adoption into the documentation: ``python integration/adopt/page.py``."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "upgrade.md"
_PLACE = re.compile(r"(?P<mark><!-- (?P<name>\S+\.diff) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def render(text: str) -> str:
    """Return a page with each step, as its file has it, between its marks."""

    def insert(place: re.Match[str]) -> str:
        step = (HERE / place["name"]).read_text("utf-8")
        return f"{place['mark']}\n```diff\n{step}```\n\n{place['end']}"

    return _PLACE.sub(insert, text)


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text("utf-8")), "utf-8")
