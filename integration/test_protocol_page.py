"""The documentation's rules of the protocol are numbered, levelled and proven."""

import re

import pytest

from stack_testing.conformance import RULES as KIT
from stack_testing.conformance import Rule
from suite import is_test
from workspace import ROOT

PAGE = (ROOT / "docs" / "protocol.md").read_text("utf-8")
RULE = re.compile(r"^### P(\d+)\. [^\n]+\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
LEVEL = re.compile(r"^\*(Required|Advised|Informative)\.\* \w", re.MULTILINE)
RULES = {int(number): text for number, text in RULE.findall(PAGE)}


def kit_rules(text: str) -> list[str]:
    """Return the rules of the kit that a rule names."""
    named = re.search(r"^Kit: ((?:`[^`]+`[,\s]*)+)", text, re.MULTILINE)
    return re.findall(r"`([^`]+)`", named[1]) if named else []


def test_rules_are_numbered_without_a_gap() -> None:
    """A rule's number is for ever: none is left out or given twice."""
    assert [int(number) for number, _ in RULE.findall(PAGE)] == list(range(1, len(RULES) + 1))


@pytest.mark.parametrize("number", RULES)
def test_rule_has_level_reason_and_proof(number: int) -> None:
    """A rule has a level and a reason, and is proven by a test that exists or by the kit."""
    text = RULES[number]
    assert LEVEL.search(text)
    proofs = re.findall(r"`([^`]+::[^`]+)`", text)
    assert proofs or kit_rules(text)
    assert [name for name in proofs if not is_test(name)] == []


@pytest.mark.parametrize("rule", KIT, ids=[each.id for each in KIT])
def test_rule_of_the_kit_is_on_the_page(rule: Rule) -> None:
    """Each rule of the kit is named by the rule that it proves, which has the same level."""
    text = RULES[int(rule.number.removeprefix("P"))]
    assert rule.id in kit_rules(text)
    level = LEVEL.search(text)
    assert level
    assert level[1].lower() == rule.level


def test_page_names_rules_that_the_kit_has() -> None:
    """No rule of the page counts on one that the kit does not have."""
    named = [rule for text in RULES.values() for rule in kit_rules(text)]
    assert sorted(named) == sorted(each.id for each in KIT)
