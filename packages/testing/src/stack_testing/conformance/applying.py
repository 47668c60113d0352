"""Applying a rule to an extension."""

from __future__ import annotations

from typing import Any

from .fault import Fault, Hindered, Measure, NotApplicable
from .report import Outcome, Result
from .rule import Rule
from .stand import Stand
from .wording import say

MOST = 12
"""How many pieces of evidence a result holds."""


def make_result(rule: Rule, outcome: Outcome, **found: Any) -> Result:
    """Return a rule's result."""
    return Result(rule.id, rule.number, rule.level, rule.title, outcome, **found)


def apply(rule: Rule, stand: Stand) -> Result:
    """Return what a rule says of an extension."""
    if rule.lifted_by in stand.abilities:
        return make_result(rule, "not-applicable", reason=f"It declares {rule.lifted_by!r}.")
    if rule.opened_by is not None and rule.opened_by not in stand.abilities:
        reason = f"It does not declare {rule.opened_by!r}."
        return make_result(rule, "not-applicable", reason=reason)
    found: list[Fault | Measure] = []
    try:
        found.extend(rule.check(stand))  # what was found before an error stays
    except NotApplicable as error:
        return make_result(rule, "not-applicable", reason=str(error))
    except Hindered as error:
        if not found:
            said = f"Before that is seen comes {say(error.cause)}."
            fault = Fault(said, stand.blame(error.cause))
            return conclude(rule, [fault], mend="Mend this first, and judge again.")
    except Exception as error:
        found.append(Fault(f"It failed with {say(error)}.", stand.blame(error)))
    return conclude(rule, found)


def conclude(rule: Rule, found: list[Fault | Measure], mend: str = "") -> Result:
    """Return the result that follows from what a rule found.

    :param mend: what to do in place of what the rule says.
    """
    faults = [each for each in found if isinstance(each, Fault)]
    measures = {each.name: each.value for each in found if isinstance(each, Measure)}
    if not faults:
        return make_result(rule, "passed", measures=measures)
    evidence = dict.fromkeys(piece for fault in faults for piece in fault.evidence)
    return make_result(
        rule,
        "failed",
        seen=" ".join(list(dict.fromkeys(fault.seen for fault in faults))[:2]),
        mend=mend or rule.mend,
        evidence=tuple(evidence)[:MOST],
        measures=measures,
    )
