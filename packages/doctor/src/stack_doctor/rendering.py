"""Judgements as text for a person, as JSON for a program, and as annotations for GitHub."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from typing import Any

from .finding import SEVERITIES, Finding
from .judging import Judgement
from .screen import show

SCHEMA = 1
#: The longest message and fix that are printed whole.
LONGEST = 1_000


def render_text(judgements: Sequence[Judgement]) -> str:
    """Return what a person reads."""
    return "\n\n".join("\n".join(_describe(each)) for each in judgements)


def _describe(judgement: Judgement) -> Iterable[str]:
    count = f"{judgement.distributions} distribution{'' if judgement.distributions == 1 else 's'}"
    yield f"{show(judgement.place)}: Python {show(judgement.python)}, {count}"
    for finding in judgement.findings:
        if not finding.ignored:
            yield ""
            yield from _tell(finding)
    ignored = [each for each in judgement.findings if each.ignored]
    if ignored:
        yield ""
        yield from (f"ignored  {show(each.id)}: {show(each.ignored)}" for each in ignored)
    yield ""
    yield _sum_up(judgement)


def _tell(finding: Finding) -> Iterable[str]:
    where = f" ({show(finding.file)}:{finding.line})" if finding.file else ""
    yield f"{finding.severity:7}  {show(finding.id)}{where}"
    yield f"    {show(finding.message, LONGEST)}"
    yield f"    Do: {show(finding.fix, LONGEST)}"
    if finding.source.startswith("https://"):
        yield f"    See: {show(finding.source)}"


def _sum_up(judgement: Judgement) -> str:
    counts = [(judgement.count(severity), severity) for severity in SEVERITIES]
    words = [f"{number} {word}{'s' if number > 1 else ''}" for number, word in counts if number]
    return f"Found: {', '.join(words)}." if words else "Nothing found."


def render_json(
    judgements: Sequence[Judgement], status: int, release: str, problem: str = ""
) -> str:
    """Return the report for a program; ``report.schema.json`` beside this describes it.

    :param problem: why nothing was judged.
    """
    report = {
        "schema": SCHEMA,
        "doctor": release,
        "status": status,
        "problem": problem or None,
        "judged": [_to_object(each) for each in judgements],
    }
    # ASCII: what a stranger named cannot steer a terminal that shows the report.
    return json.dumps(report, indent=2, ensure_ascii=True)


def _to_object(judgement: Judgement) -> dict[str, Any]:
    return {
        "place": judgement.place,
        "python": judgement.python,
        "distributions": judgement.distributions,
        "counts": {severity: judgement.count(severity) for severity in SEVERITIES},
        "findings": [
            {
                "id": each.id,
                "check": each.check,
                "severity": each.severity,
                "message": each.message,
                "fix": each.fix,
                "distributions": list(each.distributions),
                "symptom": each.symptom or None,
                "source": each.source or None,
                "file": each.file or None,
                "line": each.line or None,
                "ignored": each.ignored or None,
            }
            for each in judgement.findings
        ],
    }


_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render_github(judgements: Sequence[Judgement], checkout: str) -> str:
    """Return workflow commands of GitHub Actions, which annotate the run and its files.

    :param checkout: the folder of the repository, from which GitHub knows files.
    """
    lines = []
    for judgement in judgements:
        for each in judgement.findings:
            if each.ignored:
                continue
            fields = {"title": show(each.id)}
            if each.file:
                file = show(_relate(each.file, checkout))
                fields |= {"file": file, "line": str(each.line or 1)}
            told = ",".join(f"{key}={_escape_property(value)}" for key, value in fields.items())
            text = f"{show(each.message, LONGEST)} Do: {show(each.fix, LONGEST)}"
            lines.append(f"::{_COMMANDS[each.severity]} {told}::{_escape(text)}")
        lines.append(f"{show(judgement.place)}: {_sum_up(judgement)}")
    return "\n".join(lines)


def _relate(file: str, folder: str) -> str:
    try:
        return os.path.relpath(file, folder)
    except ValueError:  # on another drive of Windows
        return file


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
