"""Requirements that are not met: what each distribution asks of others, extras included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from packaging.markers import (
    UndefinedComparison,
    UndefinedEnvironmentName,
    default_environment,
)
from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name

from .finding import Finding, find
from .inventory import Distribution, Inventory

Ranges = Mapping[str, str]

#: Where our own distributions carry their names.
FAMILY = ("stack",)
FAMILY_PREFIX = "stack-"
#: The longest line of a requirement that is read.
LONGEST = 2_000


@dataclass(frozen=True)
class Need:
    """One requirement that counts here."""

    needer: Distribution
    requirement: Requirement

    @property
    def key(self) -> str:
        return canonicalize_name(self.requirement.name)


def environment_of(python: str) -> dict[str, str]:
    """Return what markers ask for: this machine, with the judged Python's version."""
    found = {key: str(value) for key, value in default_environment().items()}
    found["python_version"] = ".".join(python.split(".")[:2])
    found["python_full_version"] = found["implementation_version"] = python
    return found


def parse_requirement(line: str) -> Requirement | None:
    """Return the requirement that a line is, or None where installers could not read it either."""
    if len(line) > LONGEST:
        return None
    try:
        requirement = Requirement(line)
        requirement.specifier.contains("0")  # fails where a number has too many digits
    except (ValueError, RecursionError):
        return None
    return requirement


def holds(requirement: Requirement, environment: Mapping[str, str], extra: str = "") -> bool:
    """Tell whether the marker of a requirement holds; one that cannot be asked does not."""
    if requirement.marker is None:
        return True
    try:
        return requirement.marker.evaluate({**environment, "extra": extra})
    except (UndefinedComparison, UndefinedEnvironmentName, ValueError):
        return False


class Needs:
    """Every requirement that counts in an inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._environment = environment_of(inventory.python)

    @cached_property
    def all(self) -> tuple[Need, ...]:
        """The requirements, those of extras that somebody asks for among them."""
        found: list[Need] = []
        wanted: dict[str, set[str]] = defaultdict(set)
        waiting: list[tuple[Distribution, str]] = [
            (each, "") for each in self._inventory.distributions.values()
        ]
        while waiting:
            distribution, extra = waiting.pop()
            for need in self._read(distribution, extra):
                found.append(need)
                asked = self._inventory.get(need.requirement.name)
                for name in map(canonicalize_name, need.requirement.extras):
                    if asked and name not in wanted[need.key]:
                        wanted[need.key].add(name)
                        waiting.append((asked, name))
        return tuple(found)

    def _read(self, distribution: Distribution, extra: str) -> Iterator[Need]:
        for line in distribution.requires:
            marker = line.partition(";")[2]
            conditional = "extra" in marker
            # Without an extra these never count, and they are three of four lines.
            if conditional is not bool(extra) and " or " not in marker:
                continue
            requirement = parse_requirement(line)
            if requirement is not None and self._counts(requirement, extra):
                yield Need(distribution, requirement)

    def _counts(self, requirement: Requirement, extra: str) -> bool:
        if requirement.marker is None:
            return not extra
        counts = holds(requirement, self._environment, extra)
        # What counts without the extra was found before.
        return counts and not (extra and holds(requirement, self._environment, ""))


def judge_requirements(inventory: Inventory) -> Iterator[Finding]:
    """Yield what is missing, out of range, without the extra or for another Python."""
    needs = Needs(inventory).all
    ranges = _combine(needs)
    for need in needs:
        installed = inventory.get(need.requirement.name)
        if installed is None:
            if inventory.complete:
                yield _tell_missing(need, ranges)
        elif not installed.meets(need.requirement.specifier):
            yield _tell_violated(need, installed, ranges)
        yield from _tell_extras(need, installed)
    for distribution in inventory.distributions.values():
        if distribution.requires_python and inventory.python:
            python = Distribution("python", inventory.python)
            if not python.within(distribution.requires_python):
                yield _tell_python(distribution, inventory.python)


def _combine(needs: tuple[Need, ...]) -> Ranges:
    found: dict[str, set[Specifier]] = defaultdict(set)
    for need in needs:
        found[need.key].update(need.requirement.specifier)
    return {key: ",".join(sorted(map(str, each), key=_by_operator)) for key, each in found.items()}


def _install(need: Need, ranges: Ranges) -> str:
    name, extras = need.requirement.name, ",".join(sorted(need.requirement.extras))
    return f'python -m pip install "{name}{f"[{extras}]" if extras else ""}{ranges[need.key]}"'


def _by_operator(text: str) -> tuple[bool, str]:
    return (not text.startswith((">", "~", "=")), text)


def _written(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    specifier = ",".join(sorted(map(str, requirement.specifier), key=_by_operator))
    return f"{requirement.name}{extras}{specifier}"


def _tell_missing(need: Need, ranges: Ranges) -> Finding:
    needer = need.needer
    return find(
        "requirement-missing",
        f"{needer.key}/{need.key}",
        f"{needer.name} {needer.release} needs {_written(need.requirement)}, which is not"
        " installed.",
        _install(need, ranges),
        (needer.key, need.key),
    )


def _tell_violated(need: Need, installed: Distribution, ranges: Ranges) -> Finding:
    needer = need.needer
    return find(
        "requirement-violated",
        f"{needer.key}/{need.key}",
        f"{needer.name} {needer.release} needs {_written(need.requirement)} and"
        f" {installed.release} is installed.",
        _install(need, ranges),
        (needer.key, need.key),
    )


def _tell_extras(need: Need, installed: Distribution | None) -> Iterator[Finding]:
    # A file names distributions without their extras, and what was made before
    # Provides-Extra has none either.
    if installed is None or not installed.extras:
        return
    for extra in sorted(map(canonicalize_name, need.requirement.extras)):
        if extra not in installed.extras:
            ours = installed.key in FAMILY or installed.key.startswith(FAMILY_PREFIX)
            yield find(
                "extra-unknown",
                f"{installed.key}[{extra}]",
                f"{need.needer.name} {need.needer.release} asks for {installed.name}[{extra}], and"
                f" {installed.name} {installed.release} has no such extra; it has"
                f" {', '.join(sorted(installed.extras))}.",
                f'python -m pip install --upgrade "{installed.name}[{extra}]"',
                (need.needer.key, installed.key),
                "error" if ours else None,
            )


def _tell_python(distribution: Distribution, python: str) -> Finding:
    return find(
        "python-unsupported",
        distribution.key,
        f"{distribution.name} {distribution.release} is made for Python"
        f" {distribution.requires_python}, and this is {python}.",
        f'python -m pip install --upgrade --force-reinstall "{distribution.name}"',
        (distribution.key,),
    )
