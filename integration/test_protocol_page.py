"""The documentation's rules of the protocol are numbered, levelled and proven."""

import re

import pytest

from suite import is_test
from workspace import ROOT

PAGE = (ROOT / "docs" / "protocol.md").read_text("utf-8")
RULE = re.compile(r"^### P(\d+)\. [^\n]+\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
RULES = {int(number): text for number, text in RULE.findall(PAGE)}


def test_rules_are_numbered_without_a_gap() -> None:
    """A rule's number is for ever: none is left out or given twice."""
    assert [int(number) for number, _ in RULE.findall(PAGE)] == list(range(1, len(RULES) + 1))


@pytest.mark.parametrize("number", RULES)
def test_rule_has_level_reason_and_proof(number: int) -> None:
    """A rule has a level and a reason; one that is not only advised names tests that exist."""
    text = RULES[number]
    level = re.search(r"^\*(Required|Advised|Informative)\.\* \w", text, re.MULTILINE)
    assert level
    proofs = re.findall(r"`([^`]+::[^`]+)`", text)
    assert proofs or level[1] == "Advised"
    assert [name for name in proofs if not is_test(name)] == []
