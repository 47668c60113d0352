"""All that a store promises, as one class of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import pytest

from stack_core.filter import TRUE
from stack_core.problem import BadQuery, Unable
from stack_core.query import EVERYTHING, Aggregate, Measure, Query

from .bulk import BulkContract
from .counting import CountingContract
from .demand import ABILITIES, DEMANDS, demands_of
from .describing import DescribingContract
from .filtering import FilteringContract
from .linking import LinkingContract
from .paging import PagingContract
from .reaching import ReachingContract
from .remembering import RememberingContract
from .stand import StoreStand
from .telling import TellingContract
from .transacting import TransactingContract
from .writing import NEW, WritingContract


class StoreContract(
    DescribingContract,
    FilteringContract,
    PagingContract,
    ReachingContract,
    LinkingContract,
    CountingContract,
    WritingContract,
    BulkContract,
    TransactingContract,
    TellingContract,
    RememberingContract,
):
    """All that a store promises, as tests: derive a class from it whose name begins with ``Test``.

    Its fixture ``stand`` yields a :class:`StoreStand` with empty stores of the
    contract's kinds, anew for each test. A store that cannot do something says
    so in ``exempt``; no test can be left out by overriding it.

    :cvar exempt: by ability, demand or name of a test, the reason why it does not hold here.
    """

    exempt: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _check_tests(cls)
        _check_exempt(cls)

    @pytest.fixture
    def stand(self) -> StoreStand:
        """Where the stores stand; a subclass writes its own."""
        pytest.fail(
            f"{type(self).__name__} has no fixture 'stand'."
            " Write one that yields a StoreStand with empty stores.",
            pytrace=False,
        )

    @pytest.fixture
    def stores(self, request: pytest.FixtureRequest) -> Iterator[StoreStand]:
        """The stores with the contract's rows in them, and somebody who calls."""
        for name in (request.node.originalname, *demands_of(request.function)):
            if name in self.exempt:
                pytest.skip(f"{name} is exempt: {self.exempt[name]}")
        stand: StoreStand = request.getfixturevalue("stand")
        with stand.caller():
            stand.fill()
            yield stand

    @pytest.mark.parametrize("ability", ABILITIES)
    def test_ability_is_declared(self, stores: StoreStand, ability: str) -> None:
        """S51: a store can do what its abilities say; any other has a reason in ``exempt``."""
        able = ability in stores["book"].abilities
        if ability in self.exempt:
            assert not able, f"{ability!r} is exempt, and the store says that it can do it."
        else:
            assert able, (
                f"The store does not say that it can do {ability!r}."
                " Add it to its abilities, or to the contract's 'exempt' with a reason."
            )

    @pytest.mark.parametrize("ability", ABILITIES)
    def test_inability_is_refused(self, stores: StoreStand, ability: str) -> None:
        """S51: what a store cannot do it refuses as such."""
        if ability in self.exempt:
            for ask in _ASKING.get(ability, ()):
                with pytest.raises((Unable, BadQuery)):
                    ask(stores)
        else:
            assert ability in stores["book"].abilities

    def test_write_is_refused(self, stores: StoreStand) -> None:
        """S51: a store that is only read refuses to be written to."""
        if "write" in self.exempt:
            for ask in _WRITING:
                with pytest.raises(Unable):
                    ask(stores)
        else:
            assert stores["book"].create(NEW, EVERYTHING).key


Ask = Callable[[StoreStand], object]
_COUNT = Aggregate(measures=(Measure("count"),))
_WRITING: tuple[Ask, ...] = (
    lambda stores: stores["book"].create(NEW, EVERYTHING),
    lambda stores: stores["book"].update(1, {"title": "x"}, EVERYTHING),
    lambda stores: stores["book"].delete(1, EVERYTHING),
)
_ASKING: Mapping[str, tuple[Ask, ...]] = {
    "search": (lambda stores: stores["book"].page(Query(fields=(), search="x"), EVERYTHING),),
    "stream": (lambda stores: stores["book"].stream(Query(fields=()), EVERYTHING),),
    "bulk": (
        lambda stores: stores["book"].create_many([NEW], EVERYTHING),
        lambda stores: stores["book"].update_where(TRUE, {"pages": 1}, EVERYTHING),
        lambda stores: stores["book"].delete_where(TRUE, EVERYTHING),
    ),
    "history": (lambda stores: stores["book"].history(1, EVERYTHING),),
    "restore": (lambda stores: stores["book"].restore(1, 0.0, EVERYTHING),),
    "related": (lambda stores: stores["book"].related(1, EVERYTHING),),
    "aggregate": (lambda stores: stores["book"].aggregate(_COUNT, EVERYTHING),),
    "advise": (lambda stores: stores["book"].advise(Query(fields=())),),
    "links": (lambda stores: stores["book"].links("tags", [1], EVERYTHING, limit=9),),
}


def contract_tests() -> dict[str, Callable[..., Any]]:
    """Return the tests of the contract by name."""
    return {
        name: getattr(StoreContract, name)
        for name in dir(StoreContract)
        if name.startswith("test_")
    }


def _check_tests(cls: type[StoreContract]) -> None:
    for name, test in contract_tests().items():
        if getattr(cls, name, None) is not test:
            raise TypeError(
                f"{cls.__name__} overrides {name!r}, which is a test of the contract."
                " Say in 'exempt' why it does not hold."
            )


def _check_exempt(cls: type[StoreContract]) -> None:
    known = {*ABILITIES, *DEMANDS, *contract_tests()}
    for name, reason in cls.exempt.items():
        if name not in known:
            raise TypeError(
                f"{cls.__name__} exempts {name!r}, which is no ability, demand or test."
                " Take it away, or mend its name."
            )
        if not reason.strip():
            raise TypeError(f"{cls.__name__} exempts {name!r} without a reason. Give one.")
