"""The kit as a class of tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import pytest
from flask import Flask

from .ability import Ability
from .catalogue import RULES
from .judging import check_words, judge
from .report import Report, Result, weighs
from .rule import Level, Rule
from .subject import ContractPlace, Subject


class ExtensionContract:
    """What every extension keeps to, one test for each rule.

    Derive a class whose name begins with ``Test`` from it, at the top of a
    module, and write :meth:`make_extension`. All rules are judged together, in
    processes of their own, when the first test runs. No test can be left out by
    overriding it: what does not hold is exempt, with a reason.
    """

    settings: ClassVar[Mapping[str, Any]] = {}
    """Keys of ``app.config`` of every application that it is put on."""
    names: ClassVar[tuple[str, ...]] = ()
    """Further beginnings of names that are the extension's own."""
    abilities: ClassVar[frozenset[Ability]] = frozenset()
    """What the extension declares that it does beyond what a guest does."""
    exemptions: ClassVar[Mapping[str, str]] = {}
    """By rule, the reason why it does not hold here."""
    level: ClassVar[Level] = "required"
    """What fails at this level or above fails its test."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        check_collection(cls)
        check_tests(cls)
        try:
            check_words(cls.abilities, cls.exemptions, cls.level)
        except ValueError as error:
            raise TypeError(f"{cls.__name__}: {error}") from None

    def make_extension(self) -> Any:
        """Return a new extension, on no application; a subclass writes its own."""
        raise NotImplementedError

    def make_others(self) -> Iterable[Any]:
        """Return new extensions that are put on an application before this one."""
        return ()

    def use_extension(self, app: Flask) -> object:
        """Use the extension within a request of an application that it is on."""
        return None

    def test_contract_is_whole(self) -> None:
        """No test of the contract was taken away."""
        check_tests(type(self))


def _make_test(rule: Rule) -> Callable[[ExtensionContract], None]:
    def test(self: ExtensionContract) -> None:
        cls = type(self)
        if reason := _find_obstacle(cls):
            if (first := _FIRST.setdefault(cls, rule.test_name)) != rule.test_name:
                pytest.skip(f"not judged: {first!r} says why")
            pytest.fail(reason, pytrace=False)
        tell(_judge(cls)[rule.id], cls.level)

    test.__name__, test.__doc__ = rule.test_name, f"{rule.number}: {rule.checks}"
    test.__qualname__ = f"ExtensionContract.{rule.test_name}"
    return test


for _rule in RULES:
    setattr(ExtensionContract, _rule.test_name, _make_test(_rule))

_REPORTS: dict[type[ExtensionContract], Report] = {}
_FIRST: dict[type, str] = {}
"""By contract that cannot be judged, the test that has said why."""
_TESTS = {name: test for name, test in vars(ExtensionContract).items() if name.startswith("test_")}


def check_tests(cls: type[ExtensionContract]) -> None:
    """Refuse a class that has another test in place of the contract's, or none.

    :raises TypeError: with the test's name.
    """
    ids = {rule.test_name: rule.id for rule in RULES}
    for name, test in _TESTS.items():
        if getattr(cls, name, None) is not test:
            raise TypeError(
                f"{cls.__name__} overrides {name!r}, which is a test of the contract."
                f' Write exemptions = {{"{ids.get(name, name)}": "the reason"}} instead.'
            )


def check_collection(cls: type[ExtensionContract]) -> None:
    """Refuse a class whose tests pytest would leave out, or find elsewhere than in the contract.

    :raises TypeError: with what the class defines.
    """
    for name in ("__init__", "__new__", "__getattribute__"):
        if getattr(cls, name) is not getattr(ExtensionContract, name):
            raise TypeError(
                f"{cls.__name__} defines {name!r}, by which tests of the contract can be left out."
                " Do without it."
            )
    if not getattr(cls, "__test__", True):
        raise TypeError(
            f"{cls.__name__} sets '__test__', so that pytest leaves its tests out. Delete it, and"
            " begin the name of a class that is only a base of others with another word than"
            " 'Test'."
        )


def _find_obstacle(cls: type[ExtensionContract]) -> str:
    """Return why a contract's extension cannot be judged; empty: it can."""
    if "<locals>" in cls.__qualname__ or sys.modules[cls.__module__].__file__ is None:
        return f"{cls.__qualname__} is not at the top of a module. Put it there."
    if cls.make_extension is ExtensionContract.make_extension:
        return f"{cls.__name__} has no 'make_extension'. Write one that returns a new extension."
    report = _judge(cls)
    return report.reason if report.verdict == "not-judged" else ""


def _judge(cls: type[ExtensionContract]) -> Report:
    """Return what all rules say of a contract's extension; it is judged once."""
    if cls not in _REPORTS:
        file = sys.modules[cls.__module__].__file__
        subject = Subject(
            target=f"{cls.__module__}:{cls.__qualname__}",
            contract=ContractPlace(str(file), cls.__module__, cls.__qualname__),
        )
        _REPORTS[cls] = judge(
            subject, abilities=cls.abilities, exemptions=cls.exemptions, level=cls.level
        )
    return _REPORTS[cls]


def tell(result: Result, level: Level) -> None:
    """Let pytest say what a rule found."""
    if result.outcome == "exempt":
        pytest.skip(f"{result.rule} is exempt: {result.reason}")
    if result.outcome in ("not-applicable", "not-run"):
        pytest.skip(f"{result.rule}, {result.outcome.replace('-', ' ')}: {result.reason}")
    if result.outcome == "failed":
        where = "".join(f"\n  {piece}" for piece in result.evidence)
        text = f"{result.rule} ({result.number}, {result.level}): {result.seen} {result.mend}"
        if weighs(result, level):
            pytest.fail(text + where, pytrace=False)
        pytest.xfail(text)
