"""Flip: released siblings with what they ask for of today, and today's with what was released.

Siblings meet only through core, so that a release goes on working with later ones is a promise of
core alone: what is deprecated lasts two minors. Before 1.0 a range ends at the next minor, and no
resolver puts last year's db and today's core together. The promise is tried all the same, with
the range lifted: only then is a wider one honest, and only then does an application that upgrades
one package after the other see warnings and no breaks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.version import Version

from launch import Trouble
from workspace import ROOT, Package, packages

from .environment import find_refusal
from .history import check_history, find_commit, find_tree, git, restore
from .index import Index, build_today, fill
from .record import Release, find_last_minors, read_releases
from .roof import ROOF
from .siblings import Ask, find_asks
from .trial import Trial, try_package
from .wave import find_name

Outcome = Literal["passed", "failed", "refused", "waits"]


@dataclass(frozen=True)
class Cell:
    """One pair and what became of it.

    :param sibling: the package that asks, with its version, and whether it is ``released``.
    :param other: what it asks for.
    :param said: what its tests or the resolver said.
    """

    sibling: str
    other: str
    outcome: Outcome
    said: str

    def __str__(self) -> str:
        return f"{self.sibling} × {self.other}: {self.outcome}. {self.said}"


@dataclass(frozen=True)
class Flip:
    """What is flipped, and how much of it.

    :param minors: how many of a package's last two minors are tried with today's siblings.
    :param slow: whether the slow tests are run, too.
    """

    index: Index
    root: Path = ROOT
    minors: int = 1
    slow: bool = False

    def run(self, names: Sequence[str] = ()) -> Iterator[Cell]:
        """Yield each cell as soon as it is known.

        :param names: the packages that ask, as folders or distributions; without, all.
        :raises Trouble: one is no package.
        """
        members = {member.distribution: member for member in packages(self.root)}
        chosen = {find_name(name, members.values()) for name in names} or set(members)
        releases = read_releases(self.root)
        if not releases:
            return
        check_history(self.root)
        fill(self.index, releases, self.root)
        with tempfile.TemporaryDirectory() as folder:
            today = build_today(Path(folder) / "today", self.root)
            for member in members.values():
                asks = find_asks(member, members)
                if asks and member.distribution in chosen - {ROOF}:
                    work = _Work(self, Path(folder), today, members, releases)
                    yield from work.try_released(member)
                    yield from work.try_todays(member, asks)


@dataclass(frozen=True)
class _Work:
    flip: Flip
    folder: Path
    today: Mapping[str, Path]
    members: Mapping[str, Package]
    releases: Sequence[Release]

    def try_released(self, member: Package) -> Iterator[Cell]:
        """Run the tests of the last releases of a package with today's siblings."""
        last = find_last_minors(self.releases, member.distribution)
        # With today's content it is what the ordinary tests run.
        for release in [each for each in last if not self._is_todays(each)][: self.flip.minors]:
            place = self.folder / str(release).replace(" ", "-")
            restore(find_commit(release, self.flip.root), place, self.flip.root)
            then = {each.distribution: each for each in packages(place)}
            asks = find_asks(then[member.distribution], then)
            lifted = {ask.distribution: self.today[ask.distribution] for ask in asks}
            trial = Trial(place, then[member.distribution], self.flip.index.find(release), lifted)
            passed, said = try_package(trial, self.folder, slow=self.flip.slow)
            others = " and ".join(f"today's {self._name(name)}" for name in lifted)
            closed = [ask.text for ask in asks if not ask.accepts(self._version(ask.distribution))]
            range_ = f" The range {', '.join(closed)} was lifted." if closed else ""
            yield Cell(str(release), others, "passed" if passed else "failed", said + range_)

    def try_todays(self, member: Package, asks: Sequence[Ask]) -> Iterator[Cell]:
        """Put today's package together with each release that it asks for, or learn why not."""
        for ask in asks:
            for release in find_last_minors(self.releases, ask.distribution):
                if not self._is_todays(release):
                    yield self._try_pair(member, ask, release)

    def _try_pair(self, member: Package, ask: Ask, release: Release) -> Cell:
        name = f"today's {self._name(member.distribution)}"
        wheel = self.today[member.distribution]
        if ask.waits:
            said = f"It waits for the next {ask.distribution}."
            return Cell(name, str(release), "waits", said)
        lines = [f"{member.distribution} @ {wheel.as_uri()}",
                 f"{release.distribution}=={release.version}"]  # fmt: skip
        refusal = find_refusal(lines, self.flip.index)
        if bool(refusal) == ask.accepts(release.version):
            raise Trouble(
                f"'{ask.text}' of {member.distribution} and the resolver do not agree about"
                f" {release}: {refusal or 'it takes both'}"
            )
        if refusal:
            return Cell(name, str(release), "refused", explain_refusal(member, ask, release))
        released = {release.distribution: self.flip.index.find(release)}
        trial = Trial(self.flip.root, member, wheel, released)
        passed, said = try_package(trial, self.folder, slow=self.flip.slow)
        return Cell(name, str(release), "passed" if passed else "failed", said)

    def _is_todays(self, release: Release) -> bool:
        changed = git("status", "--porcelain", f"packages/{release.package}", root=self.flip.root)
        return not changed and find_tree(release.package, "HEAD", self.flip.root) == release.tree

    def _version(self, name: str) -> Version:
        return Version(self.members[name].project["version"])

    def _name(self, name: str) -> str:
        return f"{name} {self.members[name].project['version']}"


def explain_refusal(member: Package, ask: Ask, release: Release) -> str:
    """Return why the two cannot be installed together, as a sentence."""
    version = member.project["version"]
    return f"{member.distribution} {version} needs {ask.text}; {release} does not do."
