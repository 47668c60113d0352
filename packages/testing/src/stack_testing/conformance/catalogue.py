"""Every rule of the kit, in the order of its report."""

from __future__ import annotations

from .rule import Rule
from .rules import (
    constructing,
    crowding,
    importing,
    initialising,
    meeting,
    naming,
    publishing,
    replacing,
    serving,
    sharing,
    speaking,
)

RULES: tuple[Rule, ...] = (
    *constructing.RULES,
    *sharing.RULES,
    *initialising.RULES,
    *naming.RULES,
    *meeting.RULES,
    *replacing.RULES,
    *serving.RULES,
    *crowding.RULES,
    *speaking.RULES,
    *importing.RULES,
    *publishing.RULES,
)
"""All rules. Their ids are stable for ever."""


def find_rule(id: str) -> Rule:
    """Return a rule by its id.

    :raises LookupError: there is none.
    """
    for rule in RULES:
        if rule.id == id:
            return rule
    raise LookupError(f"{id!r} is no rule. The rules are {', '.join(each.id for each in RULES)}.")
