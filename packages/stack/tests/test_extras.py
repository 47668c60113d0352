"""The table of extras is what the distribution declares."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

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


def test_each_part_is_a_name_for_stack() -> None:
    """Extra and entry point of a part that is installed carry one name."""
    offered = {entry.name for entry in entry_points(group="stack.extensions")}
    for extra in EXTRAS:
        assert extra.kind == "part" or extra.name not in offered


def test_each_with_goes_with_a_part() -> None:
    """What a with-extra is for is a part, and it says how it is put to use."""
    for extra in EXTRAS:
        if extra.kind == "with":
            part = find_extra(extra.goes_with)
            assert part is not None
            assert part.kind == "part"
            assert extra.use


def test_install_command_quotes_the_brackets() -> None:
    """Shells would expand them."""
    assert write_install(["db", "postgres"]) == 'python -m pip install "stack[db,postgres]"'
