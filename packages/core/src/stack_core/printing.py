"""Reports and tables on a terminal, and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import click
import msgspec

from .checking import Report


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of one length in columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _print_text(report: Report) -> None:
    colors = {"error": "red", "warning": "yellow", "info": "blue"}
    for finding in report.findings:
        click.secho(finding.severity, fg=colors[finding.severity], nl=False)
        click.echo(f" {finding.id}: {finding.message}\n    {finding.fix}")
    words = (("error", "error"), ("warning", "warning"), ("info", "note"))
    counts = ((report.count(severity), word) for severity, word in words)
    click.echo(", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts) + ".")


def _print_json(report: Report) -> None:
    body = {
        "schema": 1,
        "failed": report.failed,
        "findings": [msgspec.to_builtins(finding) for finding in report.findings],
    }
    click.echo(json.dumps(body, indent=2))


def _print_github(report: Report) -> None:
    words = {"error": "error", "warning": "warning", "info": "notice"}
    for finding in report.findings:
        title = _encode(finding.id, "%\r\n:,")
        text = _encode(f"{finding.message} {finding.fix}", "%\r\n")
        click.echo(f"::{words[finding.severity]} title={title}::{text}")


def _encode(text: str, signs: str) -> str:
    """Encode the signs that would end a part of a workflow's command."""
    return "".join(f"%{ord(sign):02X}" if sign in signs else sign for sign in text)


FORMS: dict[str, Callable[[Report], None]] = {
    "text": _print_text,
    "json": _print_json,
    "github": _print_github,
}
"""How a report can be printed."""
