"""The kit as a class of tests: what it refuses in a subclass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stack_testing.conformance import RULES, ExtensionContract
from stack_testing.keep import KeepContract


def derive(*bases: type, **attributes: Any) -> type:
    """Make a contract, as a class statement does."""
    return type("TestGreeter", (*bases, ExtensionContract), attributes)


def test_every_rule_has_a_test() -> None:
    """A report of pytest names the rule."""
    for rule in RULES:
        assert getattr(ExtensionContract, rule.test_name).__doc__.startswith(f"{rule.number}: ")


def test_test_cannot_be_overridden() -> None:
    """Another test in place of the contract's is an error that says how to exempt, by any way."""
    with pytest.raises(TypeError, match=r"'test_two_apps'.*exemptions = \{\"two-apps\""):
        derive(test_two_apps=lambda self: None)
    with pytest.raises(TypeError, match="'test_two_apps'"):
        derive(test_two_apps=None)
    beside = type("Beside", (), {"test_two_apps": lambda self: None})
    with pytest.raises(TypeError, match="'test_two_apps'"):
        derive(beside)


def test_test_that_is_taken_away_later_is_missed() -> None:
    """A class that loses a test after it was made fails by the one that counts them."""
    contract = derive()
    contract.test_two_apps = None  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="'test_two_apps'"):
        contract().test_contract_is_whole()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("__getattribute__", lambda self, name: object.__getattribute__(self, name)),
        ("__init__", lambda self: None),
        ("__new__", lambda cls: object.__new__(cls)),
        ("__test__", False),
    ],
)
def test_class_whose_tests_pytest_would_not_find_is_refused(name: str, value: object) -> None:
    """What hides the tests of the contract from pytest is an error, in a base of it, too."""
    with pytest.raises(TypeError, match=f"TestGreeter .*'{name}'"):
        derive(**{name: value})
    with pytest.raises(TypeError, match=f"TestGreeter .*'{name}'"):
        derive(type("Beside", (), {name: value}))


def test_two_contracts_stand_in_one_class() -> None:
    """A contract may be derived from another, and stand beside one of something else."""
    first = derive(KeepContract)
    assert issubclass(first, KeepContract)
    assert issubclass(type("TestSecond", (first,), {"exemptions": {"two-apps": "No."}}), first)


def test_exemption_needs_a_rule_and_a_reason() -> None:
    """What is exempt is a rule, and has a reason."""
    with pytest.raises(TypeError, match="'two-app' is no rule"):
        derive(exemptions={"two-app": "It is one."})
    with pytest.raises(TypeError, match="'two-apps' is exempt without a reason"):
        derive(exemptions={"two-apps": " "})


def test_exempting_every_required_rule_is_refused() -> None:
    """A contract that judges nothing is none."""
    required = [each.id for each in RULES if each.level == "required"]
    with pytest.raises(TypeError, match=r"TestGreeter: Every required rule is exempt, so that"):
        derive(exemptions=dict.fromkeys(required, "Later."))
    assert derive(exemptions=dict.fromkeys(required[1:], "Later."))


def test_ability_must_be_known() -> None:
    """An ability is one of the catalogue."""
    with pytest.raises(TypeError, match="'flies' is no ability"):
        derive(abilities=frozenset({"flies"}))


WRITTEN = """
    from stack_testing.conformance import ExtensionContract


    class Greeter:
        def __init__(self, word):
            self.word = word

        def init_app(self, app):
            self.app = app


    class TestGreeter(ExtensionContract):
        exemptions = {"second-init": "It does nothing."}

        def make_extension(self):
            return Greeter("hello")
    """


@pytest.mark.slow
def test_report_names_each_rule(run: Callable[..., pytest.RunResult]) -> None:
    """pytest tells which rule failed, what was seen, and why another was left out."""
    ran = run("-rsx", "-k", "no_self or second_init or typed or construction", test_it=WRITTEN)
    ran.assert_outcomes(passed=1, failed=1, skipped=1, xfailed=1)
    ran.stdout.fnmatch_lines(["*TestGreeter.test_no_self_app*"])
    ran.stdout.fnmatch_lines(["no-self-app (P2, required): *the application as 'self.app'.*"])
    ran.stdout.fnmatch_lines(["SKIPPED*second-init is exempt: It does nothing.*"])
    ran.stdout.fnmatch_lines(["XFAIL*test_typed*"])


def test_overridden_test_fails_in_collection(run: Callable[..., pytest.RunResult]) -> None:
    """The module is an error, so that nobody misses what is not tested."""
    override = WRITTEN + "\n        def test_two_apps(self):\n            pass\n"
    ran = run(test_it=override)
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*TestGreeter overrides 'test_two_apps'*exemptions*"])


def test_factory_must_be_written(run: Callable[..., pytest.RunResult]) -> None:
    """A contract without an extension says once what to write."""
    written = """
        from stack_testing.conformance import ExtensionContract

        class TestNothing(ExtensionContract):
            pass
        """
    ran = run("-rs", test_it=written)
    ran.assert_outcomes(passed=1, failed=1, skipped=len(RULES) - 1)
    ran.stdout.fnmatch_lines(["TestNothing has no 'make_extension'. Write one that returns*"])
    ran.stdout.fnmatch_lines(["SKIPPED*not judged: 'test_construction' says why"])


@pytest.mark.slow
def test_extension_that_cannot_be_judged_is_told_once(
    run: Callable[..., pytest.RunResult],
) -> None:
    """The reason is the same for all rules; the first test has it, whichever that is."""
    failing = WRITTEN.replace("self.app = app", "raise ValueError('It wants more.')")
    ran = run("-k", "not construction and not whole", test_it=failing)
    ran.assert_outcomes(failed=1, skipped=len(RULES) - 2)
    ran.stdout.fnmatch_lines(["It cannot be put on an application (ValueError: It wants more)*"])


@pytest.mark.slow
def test_report_cannot_be_set(run: Callable[..., pytest.RunResult]) -> None:
    """What a class says that was found is nothing to its tests."""
    forged = WRITTEN + "\n        _report = dict.fromkeys(('no-self-app',))\n"
    run("-k", "no_self", test_it=forged).assert_outcomes(failed=1)
