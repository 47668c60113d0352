"""The contract itself: it rejects broken stores, names its rules, and is not weakened unseen."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any

import pytest
from flask import Flask

from stack_testing.memory import MemoryStore, MemoryStores
from stack_testing.store import SCHEMAS, StoreContract, StoreStand, describe
from stack_testing.store.contract import contract_tests

from .broken_stores import MUTANTS

Run = Callable[..., pytest.RunResult]
RULES = {f"S{number}" for number in (*range(11, 25), *range(31, 52), 72, 73)}


class Tried(StoreContract):
    """The contract, its tests called one by one."""

    exempt = {"estimate": "Counting is exact in memory."}


def cases(name: str) -> Iterator[dict[str, Any]]:
    """Yield the arguments of every case of a test."""
    marks = getattr(getattr(Tried, name), "pytestmark", ())
    choices = []
    for mark in marks:
        if mark.name == "parametrize":
            names = mark.args[0]
            names = (
                [each.strip() for each in names.split(",")] if isinstance(names, str) else names
            )
            choices.append(
                [
                    dict(zip(names, value if len(names) > 1 else [value], strict=True))
                    for value in mark.args[1]
                ]
            )
    for chosen in product(*choices):
        yield {name: value for each in chosen for name, value in each.items()}


def failures(name: str, cls: type[MemoryStore]) -> Iterator[BaseException]:
    """Yield what each case of a test raises on stores of a class."""
    for arguments in cases(name):
        stores = MemoryStores()
        for kind, schema in SCHEMAS.items():
            cls(describe(kind, stores.describe), related=stores, schema=schema)
        stand = StoreStand(Flask("memory"), stores)
        with stand.caller():
            stand.fill()
            try:
                getattr(Tried(), name)(stores=stand, **arguments)
            except (Exception, pytest.fail.Exception) as error:
                yield error


@cache
def passes(name: str) -> bool:
    """Tell whether stores in memory pass a test as it is called here."""
    return list(failures(name, MemoryStore)) == []


@pytest.mark.parametrize("fault", MUTANTS)
def test_broken_store_is_rejected(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault is found by the test that its rule has, which a store without it passes."""
    mutant = MUTANTS[fault]
    assert passes(mutant.test)
    broken = mutant.make(monkeypatch)
    assert next(failures(mutant.test, broken), None) is not None


def test_every_rule_has_a_test() -> None:
    """Each rule of stores is named by a test of the contract."""
    said = " ".join(inspect.getdoc(test) or "" for test in contract_tests().values())
    assert set(re.findall(r"\bS\d+\b", said)) >= RULES


def test_every_test_states_its_rule() -> None:
    """Each test of the contract says in a sentence what it holds stores to."""
    assert [name for name, test in contract_tests().items() if not test.__doc__] == []


def test_test_cannot_be_overridden() -> None:
    """A test of the contract that is overridden is an error, by whichever way it is."""
    with pytest.raises(TypeError, match=r"overrides 'test_create'.* 'exempt'"):
        type("TestOne", (StoreContract,), {"test_create": lambda self: None})
    with pytest.raises(TypeError, match="overrides 'test_create'"):
        type("TestTwo", (StoreContract,), {"test_create": None})
    beside = type("Beside", (), {"test_create": lambda self: None})
    with pytest.raises(TypeError, match="overrides 'test_create'"):
        type("TestThree", (beside, StoreContract), {})


def test_exemption_needs_a_name_and_a_reason() -> None:
    """What is exempt is an ability, a demand or a test, and has a reason."""
    with pytest.raises(TypeError, match="'searching', which is no ability, demand or test"):
        type("TestOne", (StoreContract,), {"exempt": {"searching": "There is none."}})
    with pytest.raises(TypeError, match="'search' without a reason"):
        type("TestTwo", (StoreContract,), {"exempt": {"search": " "}})


def test_fixture_must_be_written(run: Run) -> None:
    """A contract without stores says what to write; what is exempt is left out with its reason."""
    written = """
        from stack_testing.store import StoreContract

        class TestNothing(StoreContract):
            exempt = {"write": "It is only read."}
        """
    ran = run("-rs", "-k", "test_totals or test_no_difference", test_it=written)
    ran.stdout.fnmatch_lines(["*write is exempt: It is only read.*"])
    ran.stdout.fnmatch_lines(["TestNothing has no fixture 'stand'.*"])
    ran.assert_outcomes(errors=1, skipped=2)
