"""The table of extras is what the distribution declares."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from stack.catalogue import GROUP
from stack.extras import EXTRAS, find_extra, write_install

DECLARED: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8")
)["project"]["optional-dependencies"]


def test_table_names_exactly_the_declared_extras() -> None:
    """An extra that is only in one of the two places is a mistake."""
    assert {extra.name for extra in EXTRAS} == set(DECLARED)


def test_each_extra_brings_its_owner() -> None:
    """A part installs its distribution; a with passes on the extra of the one that owns it."""
    for extra in EXTRAS:
        wanted = f"{extra.owner}[{extra.name}]" if extra.kind == "with" else extra.owner
        names = [re.split(r"[<>=~!]", text)[0] for text in DECLARED[extra.name]]
        assert wanted in names


def test_every_requirement_has_floor_and_ceiling() -> None:
    """The roof carries the tested ranges, from its first release on."""
    for requirements in DECLARED.values():
        for text in requirements:
            assert re.fullmatch(r"[a-z0-9-]+(\[[a-z]+\])?>=[\d.]+,<[\d.]+", text), text


def test_readme_lists_every_extra() -> None:
    """What a person reads is what there is, with its kind."""
    text = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.MULTILINE)
    assert rows == [(extra.name, extra.kind) for extra in EXTRAS]


def test_each_part_is_a_name_for_stack() -> None:
    """An extra is the name of an entry point of its owner exactly if it is a part."""
    for extra in EXTRAS:
        names = {
            entry.name for entry in distribution(extra.owner).entry_points.select(group=GROUP)
        }
        assert (extra.name in names) == (extra.kind == "part")


def test_each_with_goes_with_a_part() -> None:
    """What a with-extra is for is a part or core, and it says how it is put to use."""
    for extra in EXTRAS:
        if extra.kind == "with":
            part = find_extra(extra.goes_with)
            assert part.kind == "part" if part is not None else extra.owner == "stack-core"
            assert extra.use


def test_install_command_quotes_the_brackets() -> None:
    """Shells would expand them."""
    assert write_install(["db", "postgres"]) == 'python -m pip install "stack[db,postgres]"'
