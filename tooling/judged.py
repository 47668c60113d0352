"""References of what judges others: the rules of the kit, and the findings of the doctor."""

from __future__ import annotations

import re

from pagetext import heading, table
from stack_doctor.explanation import KNOWN
from stack_doctor.finding import CHECKS
from stack_doctor.row import read_own_rows
from stack_testing.conformance import ABILITIES
from stack_testing.conformance import RULES as CONFORMANCE

DOCTOR = """\
The ids are stable: an id is the check's, a colon and what it is about; that of a row is the row's
own. `--ignore` takes an id, or a check's for all of its findings."""
CONFLICTS = """\
Each row has two verified points, one that fails and one that works, which `nox -s incompat` makes
for real and looks at again."""
CONFORMING = """\
What [the conformance kit](../conformance.md) looks at, with the rule of [the
protocol](../protocol.md) that it proves. The ids are stable. A *required* rule that fails is an
extension that does not conform."""


def write_rules() -> str:
    """Return the page of the conformance kit's rules and abilities."""
    rows = []
    for rule in CONFORMANCE:
        unless = f" Lifted by `{rule.lifted_by}`." if rule.lifted_by else ""
        unless += f" Opened by `{rule.opened_by}`." if rule.opened_by else ""
        rows.append(
            (
                f"`{rule.id}`",
                rule.number,
                rule.level,
                words(rule.checks) + unless,
                words(rule.mend),
            )
        )
    head = ("Rule", "Of", "Level", "What is looked at", "What to do when it fails")
    abilities = [(f"`{name}`", words(text)) for name, text in ABILITIES.items()]
    parts = [heading("Rules of the kit", CONFORMING), table(head, rows)]
    return "\n".join([*parts, "## Abilities\n", table(("Ability", "What it says"), abilities)])


def words(text: str) -> str:
    """Return a message with what it quotes as code."""
    return re.sub(r"'([^' ]+)'", r"`\1`", text)


def write_doctor() -> str:
    """Return the page of what ``stack doctor`` says: its checks, and its rows."""
    checks = [
        (f"`{each.id}`", each.severity, f"`{each.example}`", each.title, each.advice)
        for each in CHECKS.values()
    ]
    rows = []
    for row in read_own_rows():
        other = f" with {row.with_} {row.with_range}" if row.with_ else ""
        pair = f"{row.dist} {row.range}{other}"
        note = f" ({row.note})" if row.note else ""
        proof = row.proof.get("unproven", f"Python {row.proof.get('python', 'any')}")
        rows.append((f"`{row.id}`", row.kind, pair, f"`{row.symptom}`{note}", row.fix, proof))
    known = [(f"`traceback:{each.id}`", each.message, each.fix) for each in KNOWN]
    return "\n".join(
        [
            heading("What the doctor says", DOCTOR),
            table(("Check", "Severity", "An id", "What is wrong", "What to do"), checks),
            f"## Known conflicts\n\n{CONFLICTS}\n",
            table(("Row", "Kind", "Which", "Symptom", "What to do", "Proven on"), rows),
            "## Errors that `--traceback` explains beside the rows\n",
            table(("Id", "What it means", "What to do"), known),
        ]
    )
