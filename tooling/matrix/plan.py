"""Which cells the matrix has, read from ``integration/matrix.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from workspace import ROOT

PLAN = ROOT / "integration" / "matrix.toml"


@dataclass(frozen=True)
class Overlay:
    """How the versions are chosen of what is not ours.

    :param constraints: a file of the checkout.
    """

    name: str
    about: str
    resolution: str = "highest"
    prerelease: str = "if-necessary-or-explicit"
    constraints: str = ""
    bounds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Combination:
    """Which of our packages are installed.

    :param install: distributions with their extras.
    :param tests: the folders of packages whose tests are run.
    """

    name: str
    install: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Database:
    """Which tests are run: pytest's marks and words.

    :param service: what must answer.
    """

    name: str
    marks: str
    words: str = ""
    service: str = ""


@dataclass(frozen=True, order=True)
class Cell:
    """One environment and the tests that are run in it, by names of the plan."""

    python: str
    overlay: str
    combination: str
    database: str
    extent: str

    @property
    def id(self) -> str:
        """How people call it."""
        return "-".join((self.python, self.overlay, self.combination, self.database, self.extent))


class Plan:
    """The matrix as it is written down.

    :param content: of the file.
    :raises ValueError: a leg names what is nowhere described.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.pythons = tuple(content["pythons"])
        self.overlays = {each.name: each for each in _make(Overlay, content["overlays"])}
        self.combinations = {
            each.name: each for each in _make(Combination, content["combinations"])
        }
        self.databases = {each.name: each for each in _make(Database, content["databases"])}
        self.extents: Mapping[str, Mapping[str, Any]] = content["extents"]
        self._legs = content["legs"]
        self._short = content["short"]
        self._known = {
            "pythons": self.pythons,
            "overlays": self.overlays,
            "combinations": self.combinations,
            "databases": self.databases,
        }
        for leg in (*self._legs, {"pythons": self.pythons, **self._short}):
            self._check(leg)

    def cells(self) -> list[Cell]:
        """Return every cell, in the order of the legs; none is there twice."""
        return list(dict.fromkeys(cell for leg in self._legs for cell in self._expand(leg)))

    def short(self, python: str) -> list[Cell]:
        """Return the cells of the short leg.

        :param python: the one that it is run with.
        """
        return list(self._expand({**self._short, "pythons": [python]}))

    def legs(self) -> list[tuple[str, list[Cell]]]:
        """Return the cells of each leg by the leg's name."""
        return [(leg["name"], list(self._expand(leg))) for leg in self._legs]

    def _expand(self, leg: Mapping[str, Any]) -> Iterator[Cell]:
        axes = (leg["pythons"], leg["overlays"], leg["combinations"], leg["databases"])
        for python, overlay, combination, database in product(*axes):
            yield Cell(python, overlay, combination, database, leg["extent"])

    def _check(self, leg: Mapping[str, Any]) -> None:
        for axis, known in self._known.items():
            for name in leg[axis]:
                if name not in known:
                    raise ValueError(
                        f"A leg names {name!r}, which is not among the {axis} of the matrix."
                        f" Use some of {', '.join(known)}."
                    )
        if leg["extent"] not in self.extents:
            raise ValueError(f"{leg['extent']!r} is no extent. Use {', '.join(self.extents)}.")


def read_plan(file: Path = PLAN) -> Plan:
    """Read the matrix."""
    return Plan(tomllib.loads(file.read_text("utf-8")))


def _make(cls: type[Any], tables: Mapping[str, Mapping[str, Any]]) -> Iterable[Any]:
    for name, table in tables.items():
        values = {
            key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
        }
        yield cls(name=name, **values)
