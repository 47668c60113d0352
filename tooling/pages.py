"""Checks a built site: no page loads anything from another host. Links may lead anywhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

#: What a browser fetches by itself: the attribute of each element that names it.
LOADED = {
    "audio": "src", "embed": "src", "iframe": "src", "img": "src", "link": "href",
    "object": "data", "script": "src", "source": "src", "track": "src", "video": "src",
}  # fmt: skip
#: Relations of ``link`` that only say something.
SAID = {"author", "canonical", "help", "license", "next", "prev", "search", "index"}
ELSEWHERE = re.compile(r"(?i)^\s*(?:[a-z][a-z0-9+.-]*:)?//")
STYLE = re.compile(r"""(?i)(?:url\(\s*['"]?|@import\s+['"])((?:https?:)?//[^'")\s]+)""")


class Loads(HTMLParser):
    """Collects the addresses that a page makes a browser fetch from another host."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get(LOADED.get(tag, "")) or ""
        if tag == "link" and set((given.get("rel") or "").lower().split()) <= SAID:
            return
        if ELSEWHERE.match(address):
            self.found.append(address)


def loads(file: Path) -> list[str]:
    """Return what a page or a style sheet loads from another host."""
    text = file.read_text("utf-8", "replace")
    if file.suffix == ".css":
        return STYLE.findall(text)
    parser = Loads()
    parser.feed(text)
    return parser.found + STYLE.findall(text)


def faults(folder: Path) -> Iterator[str]:
    """Yield a sentence for each page that loads something from another host."""
    for file in sorted(folder.rglob("*")):
        if file.suffix in {".html", ".css"}:
            for address in loads(file):
                yield f"{file.relative_to(folder)} loads {address}. Ship it with the site."


def main() -> int:
    """Check the folder that is named."""
    if len(sys.argv) != 2:
        print("usage: python tooling/pages.py FOLDER", file=sys.stderr)
        return 2
    found = list(faults(Path(sys.argv[1])))
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
