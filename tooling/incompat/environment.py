"""Whole environments: those in which ``import flask`` fails, and healthy ones."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workspace import ROOT

from .point import NotMade, make, recipe_of
from .proof import Outcome
from .recording import record

FOLDER = ROOT / "integration" / "doctor"


def read_environments(kind: str) -> list[Mapping[str, Any]]:
    """Return the environments of a file.

    :param kind: ``broken`` or ``healthy``.
    """
    content = json.loads((FOLDER / f"{kind}.json").read_text("utf-8"))
    listed: list[Mapping[str, Any]] = content["environments"]
    return listed


def try_out(
    environment: Mapping[str, Any], place: Path, records: dict[str, Any] | None = None
) -> Outcome:
    """Make an environment, and see that it fails and is caught, or works and is left alone.

    :param records: where it is recorded.
    """
    name, finds = environment["id"], environment["finds"]
    try:
        place.mkdir(parents=True)
        recipe = recipe_of(environment, environment["pins"])
        point = make(recipe, place, wheels_only=not environment.get("sdists", False))
        if records is not None:
            records[name] = record(place / "venv")
    except NotMade as error:
        return Outcome(name, "impossible", str(error))
    finally:
        shutil.rmtree(place / "venv", ignore_errors=True)
    said = point.output.strip()[-200:]
    flags = point.flags()
    if not finds:
        wrong = f"it ended with {point.status}: {said}" if point.status else ""
        wrong = wrong or (f"the doctor flagged {flags}" if flags else "")
        return Outcome(name, "failed" if wrong else "proven", wrong)
    if point.status == 0:
        return Outcome(name, "failed", "'import flask' works")
    missed = [each for each in finds if each not in flags]
    if missed:
        return Outcome(
            name, "failed", f"the doctor flagged {flags}, not {missed}; it ends: {said}"
        )
    return Outcome(name, "proven", said.splitlines()[-1] if said else "")
