"""What came of a cell, and how it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree as ET

from workspace import ROOT

from .plan import Cell
from .program import shorten

RESULTS = ROOT / "integration" / "matrix-results.json"
SCHEMA = 1
Verdict = Literal["passed", "failed", "not run"]
NEVER = "It has not been run yet."


@dataclass(frozen=True)
class Outcome:
    """What came of a cell.

    :param reason: why it failed, or was not run.
    :param python: the whole version of the interpreter.
    :param versions: what of others was installed beside ours.
    :param doctor: what ``stack doctor`` said of it, or that it is not there.
    """

    verdict: Verdict
    reason: str = ""
    passed: int = 0
    skipped: int = 0
    failed: int = 0
    left_out: int = 0
    seconds: int = 0
    python: str = ""
    doctor: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)


def read_report(report: Path, *folders: Path) -> tuple[int, int, int, str]:
    """Return how many tests passed, were skipped and failed, and the first failure's words.

    :param folders: that are left out of the words.
    """
    passed = skipped = failed = 0
    first = ""
    for case in ET.parse(report).iter("testcase"):
        wrong = next((each for each in case if each.tag in ("failure", "error")), None)
        if wrong is not None:
            failed += 1
            where = "::".join(filter(None, (case.get("classname"), case.get("name"))))
            first = first or shorten(f"{where}: {_find_words(wrong)}", *folders)
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, skipped, failed, first


def _find_words(wrong: ET.Element) -> str:
    """Return what a failure says; that of a file that cannot be read stands in its lines."""
    message = wrong.get("message", "")
    lines = [line[1:].strip() for line in (wrong.text or "").splitlines() if line[:2] == "E "]
    return lines[-1] if message == "collection failure" and lines else message


def read_results(file: Path = RESULTS) -> dict[str, Outcome]:
    """Return what is kept, by the ids of the cells."""
    if not file.is_file():
        return {}
    content = json.loads(file.read_text("utf-8"))
    if content["schema"] != SCHEMA:
        raise ValueError(f"{file.name} has schema {content['schema']}, not {SCHEMA}. Run it anew.")
    return {each.pop("id"): Outcome(**each) for each in content["cells"]}


def write_results(
    cells: Iterable[Cell], known: Mapping[str, Outcome], file: Path = RESULTS
) -> None:
    """Keep what is known of the cells of the matrix, and forget the others."""
    rows: list[dict[str, Any]] = [
        {"id": cell.id, **asdict(known.get(cell.id, Outcome("not run", NEVER)))} for cell in cells
    ]
    text = json.dumps({"schema": SCHEMA, "cells": rows}, indent=1, ensure_ascii=False)
    file.write_text(text + "\n", "utf-8")
