"""A report as a table, as JSON and as a badge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from textwrap import wrap
from typing import Any

import msgspec

from .report import Report, Result, weighs
from .wording import show

WIDTH = 96
_MARKS = {
    "passed": "passed",
    "failed": "FAILED",
    "exempt": "exempt",
    "not-applicable": "n/a",
}


def render_table(report: Report) -> str:
    """Return a report for a person: a line for each rule that was asked, and what was seen."""
    lines = [_title(report), ""]
    asked = [each for each in report.results if each.outcome != "not-run"]
    width = max((len(each.rule) for each in asked), default=0)
    for result in asked:
        mark = _MARKS[result.outcome]
        lines.append(f"{mark:8}{result.number:5}{result.level:12}{result.rule:{width}}".rstrip())
        lines += _explain(result)
    lines += [""] if asked else []
    lines += _fold(conclude(report))
    return "\n".join(map(show, lines))


def render_json(report: Report) -> str:
    """Return a report for a machine; its shape has the number ``schema``."""
    data = msgspec.to_builtins(report)
    ordered = {"schema": data.pop("schema"), **data, "counts": report.counts()}
    return msgspec.json.format(msgspec.json.encode(ordered), indent=2).decode()


def render_badge(report: Report) -> str:
    """Return what shields.io reads of an endpoint."""
    message, color = _shorten(report)
    badge = {
        "schemaVersion": 1,
        "label": "stack conformance",
        "message": message,
        "color": color,
    }
    return msgspec.json.format(msgspec.json.encode(badge), indent=2).decode()


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "table": render_table,
    "json": render_json,
    "badge": render_badge,
}


def conclude(report: Report) -> str:
    """Return the verdict in a sentence."""
    counts: dict[str, Any] = report.counts()
    many = ", ".join(f"{count} {name.replace('-', ' ')}" for name, count in counts.items())
    name = report.extension.target
    if report.verdict == "not-judged":
        return f"{name} could not be judged. {report.reason}"
    failed = [each.rule for each in report.failed() if weighs(each, report.level)]
    spared = [each.rule for each in report.failed() if not weighs(each, report.level)]
    said = "conforms" if report.verdict == "conforms" else "does not conform"
    why = f" It fails {', '.join(failed)}." if failed else ""
    if spared and not failed:
        why = f" What it fails is only advised: {', '.join(spared)}."
    if counts.keys() == {"exempt"}:
        why = " All that was asked is exempt."
    return f"{name} {said}: {many}.{why} {report.reason}".rstrip()


def _fold(text: str, indent: str = "") -> list[str]:
    """Return a text in lines; the names of rules stay whole."""
    return wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _title(report: Report) -> str:
    found = report.extension
    version = f" {found.version}" if found.version else ""
    installed = f" of {found.distribution}{version}" if found.distribution else ""
    by = report.judged_by
    return (
        f"{found.target}{installed}, judged by stack-testing {by['stack-testing']}"
        f" on Flask {by['flask']} and Python {by['python']}"
    )


def _explain(result: Result) -> Iterator[str]:
    texts = [result.reason] if result.outcome == "exempt" else []
    if result.outcome == "failed":
        texts = [f"{result.seen} {result.mend}", *(f"at {each}" for each in result.evidence)]
    texts += [f"{name}: {value:g}" for name, value in result.measures.items()]
    for text in texts:
        yield from _fold(text, " " * 8)


def _shorten(report: Report) -> tuple[str, str]:
    """Return a badge's message and colour."""
    if report.verdict == "not-judged":
        return "not judged", "lightgrey"
    failed = [each for each in report.failed() if weighs(each, report.level)]
    if report.verdict == "does-not-conform":
        rules = "rule fails" if len(failed) == 1 else "rules fail"
        return f"{len(failed)} {report.level} {rules}", "red"
    exempt = report.counts().get("exempt", 0)
    return (f"conforms, {exempt} exempt", "green") if exempt else ("conforms", "brightgreen")
