"""Which releases are due, and what each does to versions and ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

import rules
from launch import Trouble
from releasing.record import FILE, Release, write_releases
from releasing.siblings import Ask, set_range
from releasing.version import bump, find_bump, show_range, write_range
from releasing.wave import Wave, plan
from workspace import packages

if TYPE_CHECKING:
    from .conftest import Repository

ROOF = """
[project.optional-dependencies]
db = ["stack-db>=0.1,<0.2"]
rest = ["stack-rest>=0.1,<0.2", "flask>=3"]
"""
WHOLE = "\n[project.optional-dependencies]\n" + "".join(
    f'{part} = ["stack-{part}>=0.1,<0.2"]\n'
    for part in ("db", "forms", "auth", "rest", "admin", "testing")
)


def released(repository: Repository, *names: str) -> None:
    """Record a first release of some packages, and use their fragments up."""
    releases = []
    for package in packages(repository.root):
        if package.name in names:
            tree = repository.git("rev-parse", f"HEAD:packages/{package.name}")
            found = (package.name, package.distribution, Version("0.1.0"), "2026-12-01", tree)
            releases.append(Release(*found, "0" * 64, "0" * 64))
            for file in (package.folder / "changes").iterdir():
                file.unlink()
    write_releases(releases, repository.root)


def show(wave: Wave) -> dict[str, tuple[str, str]]:
    """The version and the ranges of each release of a wave, in its order."""
    return {
        step.package.name: (
            str(step.version),
            ", ".join(f"{ask.distribution}{show_range(to)}" for ask, to in step.ranges.items()),
        )
        for step in wave.steps
    }


@pytest.mark.parametrize(
    ("version", "kinds", "after"),
    [
        ("0.1.0", {"fixed"}, "0.1.1"),
        ("0.1.3", {"security", "fixed"}, "0.1.4"),
        ("0.1.3", {"fixed", "added"}, "0.2.0"),
        ("0.1.3", {"removed"}, "0.2.0"),
        ("0.9.0", {"changed"}, "0.10.0"),
        ("0.1.0", {"deprecated"}, "0.2.0"),
        ("1.4.2", {"fixed"}, "1.4.3"),
        ("1.4.2", {"deprecated", "fixed"}, "1.5.0"),
        ("1.4.2", {"removed", "added"}, "2.0.0"),
    ],
)
def test_version_follows_the_largest_change(version: str, kinds: set[str], after: str) -> None:
    """Before 1.0 a minor may break; after it, what is removed asks for a major."""
    stands = Version(version)
    assert str(bump(stands, find_bump(stands, kinds))) == after


@pytest.mark.parametrize(
    ("floor", "range_"),
    [("0.1.0", ">=0.1,<0.2"), ("0.3.2", ">=0.3.2,<0.4"), ("1.0.0", ">=1.0,<2"),
     ("2.5.1", ">=2.5.1,<3")],
)  # fmt: skip
def test_range_ends_where_something_may_break(floor: str, range_: str) -> None:
    """The next minor before 1.0, the next major after."""
    assert show_range(write_range(Version(floor))) == range_


def test_first_releases_use_the_version_that_stands(repository: Repository) -> None:
    """A wave goes in the order of dependency, and what asks comes after what is asked for."""
    repository.add_package("area")
    repository.write(
        "packages/area/pyproject.toml",
        repository.read("packages/db/pyproject.toml").replace("stack-db", "stack-area"),
    )
    assert list(show(plan(root=repository.root))) == ["core", "area", "db"]
    assert show(plan(["db"], repository.root)) == {"db": ("0.1.0", "")}


def test_patch_of_core_moves_nobody(repository: Repository) -> None:
    """A release that stays in the range of a sibling is no reason to release that."""
    released(repository, "core", "db")
    repository.tell("core", "fixed", "It works.")
    assert show(plan(root=repository.root)) == {"core": ("0.1.1", "")}


def test_minor_of_core_pulls_its_siblings_in(repository: Repository) -> None:
    """A sibling that would be locked out goes along, and its changelog says why."""
    released(repository, "core", "db")
    repository.tell("core", "deprecated", "It will go.")
    wave = plan(["core"], repository.root)
    assert show(wave) == {"core": ("0.2.0", ""), "db": ("0.2.0", "stack-core>=0.2,<0.3")}
    assert wave.steps[1].told == [("changed", "Needs `stack-core>=0.2,<0.3`.")]


def test_sibling_without_a_release_moves_only(repository: Repository) -> None:
    """What was never released is not released for the sake of a range."""
    released(repository, "core")
    repository.tell("core", "added", "More.")
    wave = plan(["core"], repository.root)
    assert list(show(wave)) == ["core"]
    assert [str(next(iter(to.values()))) for _, to in wave.moves] == ["<0.3,>=0.2"]


def test_stranger_follows(repository: Repository) -> None:
    """An extension of somebody else's that we test with goes on fitting today's core."""
    released(repository, "core")
    text = repository.read("packages/db/pyproject.toml").replace("stack-db", "doorkeeper")
    repository.write("integration/strangers/doorkeeper/pyproject.toml", text)
    repository.tell("core", "added", "More.")
    moves = {each.distribution: to for each, to in plan(["core"], repository.root).moves}
    assert [show_range(to) for to in moves["doorkeeper"].values()] == [">=0.2,<0.3"]


def test_stranger_without_an_end_begins_where_the_roof_does(repository: Repository) -> None:
    """What we keep of a new extension has the roof's floors as that has, in its tests too."""
    released(repository, "core")
    repository.add_package("stack", '"stack-core>=0.1,<0.2",')
    group = '[dependency-groups]\ntests = ["stack-core>=0.1"]\n'
    text = repository.read("packages/db/pyproject.toml").replace("stack-db", "greeter")
    text = text.replace('"stack-core>=0.1,<0.2"', '"stack-core>=0.1"')
    repository.write("integration/strangers/greeter/pyproject.toml", text + group)
    repository.tell("core", "added", "More.")
    moves = {each.distribution: to for each, to in plan(["core"], repository.root).moves}
    assert [show_range(to) for to in moves["greeter"].values()] == [">=0.2"]


MARKED = ('"stack-core>=0.1,<0.2",  # next', '"flask>=3",')


def test_marker_is_resolved_to_the_next_release(repository: Repository) -> None:
    """``# next`` brings the sibling into the wave and becomes its number, also for a patch."""
    released(repository, "core", "db")
    repository.add_package("db", *MARKED)
    repository.tell("core", "fixed", "It works.")
    expected = {"core": ("0.1.1", ""), "db": ("0.2.0", "stack-core>=0.1.1,<0.2")}
    assert show(plan(["db"], repository.root)) == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (MARKED[0], ""),
        ('"flask>=3",  # next', "is no line of its own that asks for a sibling"),
        ('"stack-core>=0.1,<0.2", "flask>=3",  # next', "is no line of its own"),
        ('"stack-area>=0.1,<0.2",  # next', "stack-area, which has nothing to release"),
    ],
)
def test_marker_that_waits_for_nothing_is_a_fault(
    repository: Repository, line: str, said: str
) -> None:
    """The lint allows a marker only where a wave can resolve it."""
    repository.add_package("area")
    repository.add_package("db", line)
    repository.commit()
    released(repository, "area")
    members = packages(repository.root)
    found = [fault for each in members for fault in rules.marker_faults(each, members)]
    assert said in " ".join(found)
    assert bool(found) is bool(said)


def test_marker_without_a_next_release_is_refused(repository: Repository) -> None:
    """There must be something to release where somebody waits for it."""
    released(repository, "core", "db")
    repository.add_package("db", *MARKED)
    with pytest.raises(Trouble, match="stack-db waits for the next release of stack-core, which"):
        plan(["db"], repository.root)


def test_range_is_written_and_the_marker_goes() -> None:
    """Every place of a line is rewritten, extras stay, and nothing else changes."""
    text = 'a = [\n    "stack-core[redis]>=0.1,<0.2",  # next\n    "flask>=3",  # next to it\n]\n'
    ask = Ask("stack-core[redis]>=0.1,<0.2", waits=True)
    written = set_range(text, ask, write_range(Version("0.2.0")))
    assert written == text.replace("0.1,<0.2", "0.2,<0.3").replace("  # next\n", "\n", 1)


def test_roof_is_held_back_in_words(repository: Repository) -> None:
    """Without names the roof waits; by name it is refused; and all that lacks is said."""
    repository.add_package("stack", '"stack-core>=0.1,<0.2",', extras=ROOF)
    wave = plan(root=repository.root)
    assert list(show(wave)) == ["core", "db"]
    assert wave.waits == (
        "stack is not released before all its parts are: stack-forms, stack-auth, stack-rest,"
        " stack-admin and stack-testing have no release, and the roof declares no extra forms,"
        " auth, admin and testing."
    )
    with pytest.raises(Trouble, match="stack is not released before all its parts are"):
        plan(["stack"], repository.root)


def test_roof_goes_last_when_all_is_there(repository: Repository) -> None:
    """With every part in the wave the roof goes out, behind all of them."""
    for part in ("forms", "auth", "rest", "admin", "testing"):
        repository.add_package(part)
    repository.add_package("stack", '"stack-core>=0.1,<0.2",', extras=WHOLE)
    order = list(show(plan(root=repository.root)))
    assert order[-1] == "stack"
    assert len(order) == 8


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "0.1.0"', 'version = "0.3.0"', "stack-db stands at 0.3.0 and 0.1.0 is its"),
        (">=0.1,<0.2", ">=0.2,<0.3", "stack-db asks for 'stack-core>=0.2,<0.3', and stack-core"),
    ],
)
def test_hand_written_number_is_refused(
    repository: Repository, old: str, new: str, said: str
) -> None:
    """Only a wave writes versions, and a range that holds nothing cannot be installed."""
    released(repository, "core", "db")
    text = repository.read("packages/db/pyproject.toml")
    repository.write("packages/db/pyproject.toml", text.replace(old, new))
    with pytest.raises(Trouble, match=said):
        plan(root=repository.root)


@pytest.mark.parametrize(
    ("name", "said"),
    [("dbx", "'dbx' is no package of this repository"), ("db", "stack-db has nothing to release")],
)
def test_wrong_name_is_refused(repository: Repository, name: str, said: str) -> None:
    """An unknown package and one with nothing to tell are said."""
    released(repository, "core", "db")
    with pytest.raises(Trouble, match=said):
        plan([name], repository.root)


def test_record_with_a_conflict_is_told(repository: Repository) -> None:
    """A merge leaves what no program can read."""
    repository.write(FILE, "<<<<<<< HEAD\n")
    with pytest.raises(Trouble, match=r"releases\.toml cannot be read: .* keep the rows of both"):
        plan(root=repository.root)


def test_nothing_is_due_after_a_wave(repository: Repository) -> None:
    """Without fragments there is no wave."""
    released(repository, "core", "db")
    assert plan(root=repository.root).steps == ()
