"""What a rule of the kit is, and what one says of an extension."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from .ability import Ability
from .fault import Fault, Measure

if TYPE_CHECKING:
    from .stand import Stand

Level = Literal["required", "advised", "informative"]
"""How much a rule weighs: what fails a *required* one does not conform."""
LEVELS: tuple[Level, ...] = get_args(Level)

Check = Callable[["Stand"], Iterable[Fault | Measure]]


@dataclass(frozen=True)
class Rule:
    """One rule: what it is called, how much it weighs and how it is judged.

    :param id: stable for ever.
    :param number: of the rule on the protocol's page that it proves.
    :param checks: one sentence, what is looked at.
    :param mend: one sentence, what to do when it fails.
    :param lifted_by: the ability that does away with it.
    :param opened_by: the ability without which it is not judged.
    """

    id: str
    number: str
    level: Level
    title: str
    checks: str
    mend: str
    check: Check = field(compare=False)
    lifted_by: Ability | None = None
    opened_by: Ability | None = None

    @property
    def test_name(self) -> str:
        """The name of its test in a contract."""
        return "test_" + self.id.replace("-", "_")


def rule(
    number: str,
    level: Level,
    title: str,
    *,
    mend: str,
    lifted_by: Ability | None = None,
    opened_by: Ability | None = None,
) -> Callable[[Check], Rule]:
    """Make a rule of a function: its name is the rule's id, its docstring says what it checks."""

    def make(check: Check) -> Rule:
        return Rule(
            id=check.__name__.replace("_", "-"),
            number=number,
            level=level,
            title=title,
            checks=" ".join((inspect.getdoc(check) or "").split()),
            mend=mend,
            check=check,
            lifted_by=lifted_by,
            opened_by=opened_by,
        )

    return make
