"""The order in which an inventory is judged, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .clash import judge_files, tell_unreadable
from .command_check import judge_commands
from .finding import SEVERITIES, Finding, Severity, find
from .inventory import Inventory
from .matching import judge_open, judge_rows
from .part import judge_parts, judge_project
from .requirement import judge_requirements
from .row import Row
from .shadow import judge_shadows
from .source import Source

MOST_FINDINGS = 1_000


@dataclass(frozen=True)
class Judgement:
    """What was judged, and what was found there."""

    place: str
    python: str
    distributions: int
    findings: tuple[Finding, ...]

    def count(self, severity: Severity) -> int:
        """Return how many findings of a severity are not ignored."""
        return sum(each.severity == severity and not each.ignored for each in self.findings)

    def fails(self, strict: bool) -> bool:
        """Tell whether something has to be mended.

        :param strict: whether warnings count.
        """
        return bool(self.count("error") or (strict and self.count("warning")))

    def address(self, words: Callable[[str], str]) -> Judgement:
        """Return the same judgement with what to do in the words for one environment."""
        findings = (replace(each, fix=words(each.fix)) for each in self.findings)
        return replace(self, findings=tuple(findings))


def judge(inventory: Inventory, rows: Iterable[Row], source: Source) -> Judgement:
    """Judge an inventory, and the project that uses it.

    :param source: the project's source, where the use is looked for that a row needs.
    """
    rows = tuple(rows)
    return close(inventory, _judge(inventory, rows, source))


def close(inventory: Inventory, findings: Iterable[Finding]) -> Judgement:
    """Return the judgement of findings: each id once, the gravest first, and no more than fit."""
    once: dict[str, Finding] = {}
    for each in findings:
        once.setdefault(each.id, each if each.file else _place(each, inventory))
    ordered = sorted(once.values(), key=lambda each: (SEVERITIES.index(each.severity), each.id))
    count = len(inventory.distributions)
    return Judgement(inventory.place, inventory.python, count, tuple(ordered[:MOST_FINDINGS]))


def _place(finding: Finding, inventory: Inventory) -> Finding:
    """Return a finding with the line of the judged file that it is about."""
    named = (inventory.lines.get(name) for name in finding.distributions)
    line = next(filter(None, named), None)
    return finding.at(*line) if line else finding


def _judge(inventory: Inventory, rows: tuple[Row, ...], source: Source) -> Iterator[Finding]:
    for folder, reason in inventory.unreadable:
        yield tell_unreadable(folder, reason)
    yield from _tell_copies(inventory)
    yield from judge_requirements(inventory)
    yield from judge_rows(inventory, (row for row in rows if row.kind != "file-clash"), source)
    yield from judge_open(inventory, rows)
    yield from _tell_contradictions(inventory)
    yield from _tell_unpinned(inventory)
    yield from judge_project(inventory, source.folder)
    yield from judge_parts(inventory, source)
    if inventory.paths:
        yield from judge_files(inventory, (row for row in rows if row.kind == "file-clash"))
        yield from judge_shadows(inventory, source.folder)
        yield from judge_commands(inventory)


def _tell_copies(inventory: Inventory) -> Iterator[Finding]:
    for copy in inventory.rest:
        first = inventory.distributions[copy.key]
        yield find(
            "metadata-twice",
            copy.key,
            f"{first.name} has two folders of metadata side by side, of {first.release} and of"
            f" {copy.release}; which one counts is chance.",
            "Remove both folders, and install the distribution again.",
            (copy.key,),
        )


def _tell_contradictions(inventory: Inventory) -> Iterator[Finding]:
    for name, (one, other) in inventory.contradictions.items():
        yield find(
            "lock-contradiction",
            name,
            f"{one} and {other} contradict each other.",
            "Leave one of the lines out, or make them agree.",
            (name,),
        )


def _tell_unpinned(inventory: Inventory) -> Iterator[Finding]:
    if inventory.open_ranges:
        names = ", ".join(sorted(inventory.open_ranges))
        count = len(inventory.open_ranges)
        yield find(
            "lock-unpinned",
            inventory.place,
            f"{count} line{'s name' if count > 1 else ' names'} no exact release, and"
            f" {'were' if count > 1 else 'was'} not judged: {names}.",
            "Judge the environment, or what 'pip freeze' prints.",
            sorted(inventory.open_ranges, key=lambda name: inventory.lines[name]),
        )


def ignore(judgements: Iterable[Judgement], reasons: Mapping[str, str]) -> list[Judgement]:
    """Return judgements in which what a person ignores is marked with the reason.

    A name is an id, or a check's for all findings of it. What matches nothing is a finding.
    """
    used: set[str] = set()
    marked: list[list[Finding]] = []
    judgements = list(judgements)
    for judgement in judgements:
        findings = []
        for each in judgement.findings:
            name = next((name for name in (each.id, each.check) if name in reasons), "")
            used |= {name}
            findings.append(each.ignore(reasons[name]) if name else each)
        marked.append(findings)
    unused = [
        find("ignore-unused", name, f"--ignore {name} matches no finding.", "Leave it out.")
        for name in reasons
        if name not in used
    ]
    if marked:
        marked[0] += unused
    return [
        replace(old, findings=tuple(findings))
        for old, findings in zip(judgements, marked, strict=True)
    ]
