"""A wave: the releases that go out together, because of their changes or because of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from launch import Trouble
from workspace import ROOT, Package, packages, read_project

from .fragment import Fragment, read_fragments
from .record import find_newest, read_releases
from .roof import ROOF, find_missing_parts
from .siblings import Ask, find_asks
from .version import Bump, bump, find_bump, show_range, write_range

Ranges = dict[Ask, SpecifierSet]


@dataclass(frozen=True)
class Step:
    """One release of a wave.

    :param ranges: what the package asks of its siblings from now on, where that changes.
    """

    package: Package
    version: Version
    bump: Bump
    fragments: list[Fragment]
    ranges: Ranges

    @property
    def told(self) -> list[tuple[str, str]]:
        """Kind and text of all that the changelog tells."""
        needs = [
            f"Needs `{ask.distribution}{show_range(specifier)}`."
            for ask, specifier in self.ranges.items()
        ]
        own = [(fragment.kind, fragment.text) for fragment in self.fragments]
        return own + [("changed", text) for text in dict.fromkeys(needs)]

    def describe(self) -> dict[str, Any]:
        """Return the release as data."""
        return {
            "package": self.package.name,
            "distribution": self.package.distribution,
            "from": None if self.bump == "first" else self.package.project["version"],
            "to": str(self.version),
            "bump": self.bump,
            "fragments": [each.file.name for each in self.fragments],
            "ranges": {ask.text: show_range(to) for ask, to in self.ranges.items()},
        }


@dataclass(frozen=True)
class Wave:
    """What is released, in the order of dependency.

    :param moves: what is not released now and whose ranges change all the same: packages without
        a release, and the strangers' that we test with.
    :param waits: why the roof is not among the releases; empty when it is.
    """

    steps: tuple[Step, ...]
    moves: tuple[tuple[Package, Ranges], ...]
    waits: str

    def describe(self) -> dict[str, Any]:
        """Return the wave as data."""
        moves = {
            package.distribution: {ask.text: show_range(to) for ask, to in ranges.items()}
            for package, ranges in self.moves
        }
        releases = [step.describe() for step in self.steps]
        return {"schema": 1, "releases": releases, "moves": moves, "roof": self.waits}


@dataclass
class _Plan:
    members: dict[str, Package]
    newest: dict[str, Version]
    chosen: dict[str, None]
    asks: dict[str, list[Ask]] = field(default_factory=dict)
    fragments: dict[str, list[Fragment]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, member in self.members.items():
            self.asks[name] = find_asks(member, self.members)
            self.fragments[name] = read_fragments(member)

    def settle(self) -> None:
        """Choose, too, whom the chosen ones wait for and whose ranges they leave."""
        size = 0
        while size != len(self.chosen):
            size = len(self.chosen)
            for name in list(self.chosen):
                self._choose_awaited(name)
            for name in self.members:
                if name in self.newest and self.find_ranges(name):
                    self.chosen.setdefault(name)

    def _choose_awaited(self, name: str) -> None:
        for ask in self.asks[name]:
            if ask.waits and ask.distribution not in self.chosen:
                if self.is_idle(ask.distribution):
                    raise Trouble(
                        f"{name} waits for the next release of {ask.distribution}, which has"
                        f" nothing to release: take the '# next' away, or write the fragment."
                    )
                self.chosen.setdefault(ask.distribution)

    def is_idle(self, name: str) -> bool:
        """Tell whether a package has nothing to release."""
        return name in self.newest and not self.fragments[name]

    def find_step(self, name: str) -> tuple[Bump, Version]:
        """Return what happens to the version of a chosen package."""
        stands = Version(self.members[name].project["version"])
        if name not in self.newest:
            return "first", stands
        kinds = {fragment.kind for fragment in self.fragments[name]}
        step = find_bump(stands, kinds | ({"changed"} if self.find_ranges(name) else set()))
        return step, bump(stands, step)

    def find_ranges(self, name: str) -> Ranges:
        """Return the ranges of a package that the wave changes."""
        return self.find_moves(self.members[name])

    def find_moves(self, package: Package) -> Ranges:
        """Return the ranges that the wave changes of any package, a stranger's too."""
        ranges: Ranges = {}
        for ask in self.asks.get(package.distribution) or find_asks(package, self.members):
            if ask.distribution in self.chosen:
                _, version = self.find_step(ask.distribution)
                if ask.waits or not ask.accepts(version):
                    ranges[ask] = write_range(version)
        return ranges

    def find_floors(self, stranger: Package) -> Ranges:
        """Return the ranges that the wave changes of a stranger.

        One without an end begins where the roof's does, as in an extension that is new.
        """
        moved = {}
        if ROOF in self.members:
            moves = self.find_moves(self.members[ROOF])
            moved = {ask.distribution: specifier for ask, specifier in moves.items()}
        ranges = self.find_moves(stranger)
        for ask in find_asks(stranger, self.members):
            if ask.distribution in moved and "<" not in ask.text:
                (floor,) = (str(each) for each in moved[ask.distribution] if each.operator == ">=")
                ranges[ask] = SpecifierSet(floor)
        return ranges

    def make_step(self, name: str) -> Step:
        """Return the release of a chosen package."""
        step, version = self.find_step(name)
        told = self.fragments[name]
        return Step(self.members[name], version, step, told, self.find_ranges(name))

    def order(self) -> list[str]:
        """Return the chosen ones, each behind what it asks for and the roof last."""
        graph = {name: {ask.distribution for ask in self.asks[name]} for name in self.members}
        ordered = [name for name in TopologicalSorter(graph).static_order() if name in self.chosen]
        return sorted(ordered, key=lambda name: name == ROOF)


def list_ranges(ranges: Ranges) -> str:
    """Return what is asked for, each once, as it is written."""
    asked = [f"{ask.distribution}{show_range(specifier)}" for ask, specifier in ranges.items()]
    return ", ".join(dict.fromkeys(asked))


def plan(names: Sequence[str] = (), root: Path = ROOT) -> Wave:
    """Return the wave that is due.

    :param names: the packages to release, as folders or distributions; without, all that have
        something to tell. Others join where a range or a ``# next`` makes them.
    :raises Trouble: it cannot be: the sentence says what to do.
    """
    members = {member.distribution: member for member in packages(root)}
    newest = {name: each.version for name, each in find_newest(read_releases(root)).items()}
    work = _Plan(members, newest, {})
    _check_versions(work)
    asked = [find_name(name, members.values()) for name in names]
    for name in asked:
        if work.is_idle(name):
            raise Trouble(f"{name} has nothing to release: there is no fragment in its 'changes'.")
    told = [name for name in members if work.fragments[name] and name != ROOF]
    work.chosen.update(dict.fromkeys(asked or told))
    work.settle()
    waits = _judge_roof(work, asked)
    steps = tuple(map(work.make_step, work.order()))
    idle = [member for name, member in members.items() if name not in work.chosen]
    moves = [(each, work.find_moves(each)) for each in idle]
    moves += [(each, work.find_floors(each)) for each in _find_strangers(root)]
    return Wave(steps, tuple(move for move in moves if move[1]), waits)


def _find_strangers(root: Path) -> list[Package]:
    files = sorted((root / "integration" / "strangers").glob("*/pyproject.toml"))
    return [Package(file.parent, read_project(file)) for file in files]


def find_name(name: str, members: Iterable[Package]) -> str:
    """Return the distribution of a package that is named as a folder or as one.

    :raises Trouble: there is none.
    """
    for member in members:
        if name in (member.name, member.distribution):
            return member.distribution
    known = ", ".join(member.name for member in members)
    raise Trouble(f"'{name}' is no package of this repository: name some of {known}.")


def _check_versions(work: _Plan) -> None:
    """Refuse versions and ranges that nobody but a wave writes."""
    for name, member in work.members.items():
        stands = member.project["version"]
        if name in work.newest and Version(stands) != work.newest[name]:
            raise Trouble(
                f"{name} stands at {stands} and {work.newest[name]} is its newest release: a wave"
                " writes the version, so put the released one back."
            )
        for ask in work.asks[name]:
            version = work.members[ask.distribution].project["version"]
            if not ask.accepts(Version(version)):
                raise Trouble(
                    f"{name} asks for '{ask.text}', and {ask.distribution} stands at {version}:"
                    " write a range that holds that, and '# next' behind it if it is too old."
                )


def _judge_roof(work: _Plan, asked: Sequence[str]) -> str:
    """Let the roof join when it can, and return why it cannot."""
    roof = work.members.get(ROOF)
    if roof is None:
        return ""
    missing = find_missing_parts(roof, {*work.newest, *work.chosen})
    if missing and ROOF in work.chosen:
        raise Trouble(missing)
    if not missing and not asked and work.fragments[ROOF]:
        work.chosen.setdefault(ROOF)
        work.settle()
    return missing
