"""The conformance kit: what every extension of Flask should keep to, as rules with levels."""

from .ability import ABILITIES, Ability
from .catalogue import RULES
from .contract import ExtensionContract
from .judging import judge
from .report import Report, Result
from .rule import Level, Rule
from .subject import Subject

__all__ = [
    "ABILITIES",
    "RULES",
    "Ability",
    "ExtensionContract",
    "Level",
    "Report",
    "Result",
    "Rule",
    "Subject",
    "judge",
]
