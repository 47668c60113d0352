"""What is kept of a judgement: the same words whenever and wherever it is made again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import asdict

from .entry import FOLDER, Entry

FILE = FOLDER / "results.json"
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
#: A folder of one run: all up to what is installed in it, or up to its last part.
INSTALLED = re.compile(r"(?:/[\w.+-]+)+/site-packages/")
TEMPORARY = re.compile(r"/(?:tmp|var|root|home)(?:/[\w.+-]+)+/")
#: Rules that tell times, which are others on each machine.
VARYING = {"import-time"}


class Outcome(msgspec.Struct, frozen=True):
    """What one rule found.

    :param outcome: as the kit says it: ``passed``, ``failed``, ``not-applicable``, ``not-run``.
    """

    outcome: str
    reason: str = ""
    seen: str = ""
    evidence: tuple[str, ...] = ()


class Judgement(msgspec.Struct, frozen=True):
    """What the kit said of one extension.

    :param verdict: ``conforms``, ``does-not-conform`` or ``not-judged``.
    :param reason: why it was not judged; else empty.
    :param judged_by: the versions of kit, core, protocol, Flask and Python.
    :param results: by rule; those that only tell numbers are not kept.
    """

    distribution: str
    version: str
    verdict: str
    reason: str
    judged_by: dict[str, str]
    results: dict[str, Outcome]

    def reds(self) -> dict[str, Outcome]:
        """Return what failed, by rule."""
        return {rule: each for rule, each in self.results.items() if each.outcome == "failed"}


class Results(msgspec.Struct, frozen=True):
    """What is kept of all of them, by distribution."""

    schema: int
    judged: dict[str, Judgement]


def keep(entry: Entry, report: Mapping[str, Any]) -> Judgement:
    """Return what is kept of a report of the kit."""
    kept = [each for each in report["results"] if each["rule"] not in VARYING]
    return Judgement(
        entry.distribution,
        entry.version,
        report["verdict"],
        settle(report["reason"]),
        report["judged_by"],
        {each["rule"]: _settle_result(each) for each in kept},
    )


def refuse(entry: Entry, reason: str) -> Judgement:
    """Return the judgement of what could not be installed or asked."""
    return Judgement(entry.distribution, entry.version, "not-judged", settle(reason), {}, {})


def settle(text: str) -> str:
    """Return a text without what is another on each machine and each time."""
    text = INSTALLED.sub("", ADDRESS.sub("", text))
    return TEMPORARY.sub("…/", text)


def _settle_result(result: Mapping[str, Any]) -> Outcome:
    evidence = dict.fromkeys(settle(each) for each in result["evidence"])
    return Outcome(
        result["outcome"], settle(result["reason"]), settle(result["seen"]), tuple(evidence)
    )


def read_results(file: Path = FILE) -> Results:
    """Return what was kept; nothing when there is no file yet."""
    if not file.exists():
        return Results(1, {})
    return msgspec.json.decode(file.read_bytes(), type=Results)


def write_results(results: Results, file: Path = FILE) -> None:
    """Keep what was judged, in the order of names, one line for each rule."""
    kept = sorted(results.judged.values(), key=lambda each: each.distribution.lower())
    judged = ",\n".join(f"{_word(each.distribution)}: {_lay_out(each)}" for each in kept)
    text = f'{{"schema": {results.schema}, "judged": {{\n{judged}\n}}}}\n'
    file.write_text(text, "utf-8")


def _lay_out(judgement: Judgement) -> str:
    head = {key: value for key, value in asdict(judgement).items() if key != "results"}
    lines = [
        f"  {_word(rule)}: {_word({key: each for key, each in asdict(found).items() if each})}"
        for rule, found in judgement.results.items()
    ]
    return _word(head)[:-1] + ', "results": {\n' + ",\n".join(lines) + "\n}}"


def _word(thing: object) -> str:
    return json.dumps(thing, ensure_ascii=False)
