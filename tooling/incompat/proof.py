"""A row, proven: its bad point fails as it says and is flagged; its good one is neither."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stack_doctor.explanation import symptom_pattern
from stack_doctor.row import Row

from .point import NotMade, Point, Recipe, make, recipe_of


@dataclass(frozen=True)
class Outcome:
    """What came of a proof.

    :param state: ``proven``, ``failed``, ``impossible`` where an environment cannot be made any
        more, or ``unproven`` where the data say so.
    """

    id: str
    state: str
    reason: str = ""


def prove(row: Row, place: Path, *, wheels_only: bool) -> Outcome:
    """Make both points of a row and look at them."""
    proof = row.proof
    if proof.get("unproven"):
        return Outcome(row.id, "unproven", proof["unproven"])
    code = proof.get("code") or f"import {row.dist.replace('-', '_')}"
    try:
        problem = _look(row, {**proof, "code": code}, place, wheels_only)
    except NotMade as error:
        return Outcome(row.id, "impossible", str(error))
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return Outcome(row.id, "failed" if problem else "proven", problem)


def _look(row: Row, proof: Mapping[str, Any], place: Path, wheels_only: bool) -> str:
    bad_recipe = recipe_of(proof, proof["bad"])
    good_recipe = recipe_of(proof, proof["good"])
    if "good_python" in proof:
        good_recipe = replace(good_recipe, python=proof["good_python"])
    bad = _make(bad_recipe, place / "bad", wheels_only)
    silent = proof.get("silent", False)
    if not silent and (bad.status == 0 or not symptom_pattern(row).search(bad.output)):
        return f"the bad point ended with {bad.status}: {bad.output.strip()[-300:]}"
    if row.id not in bad.findings:
        return f"the doctor did not flag the bad point; it flagged {bad.flags()}"
    good = _make(good_recipe, place / "good", wheels_only)
    if good.status != 0:
        return f"the good point ended with {good.status}: {good.output.strip()[-300:]}"
    if row.id in good.findings:
        return "the doctor flagged the good point"
    return ""


def _make(recipe: Recipe, place: Path, wheels_only: bool) -> Point:
    place.mkdir(parents=True)
    return make(recipe, place, wheels_only=wheels_only)
