"""Files that name releases: requirements and constraints, and the locks of pip, uv and Poetry.

The first kind may leave releases open; the others hold everything that would be installed.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .inventory import Distribution, Inventory
from .problem import DoctorError
from .reading import UnreadableError, parse_toml, read_file
from .requirement import environment_of, holds, parse_requirement

MOST_BYTES = 8_000_000
MOST_INCLUDED = 50

_OPTION = re.compile(r"\s--[a-z].*")
_HEAD = re.compile(r"\s*\[\[packages?\]\]")
_INCLUDE = re.compile(r"(?:-r|--requirement|-c|--constraint)[ =]\s*(\S+)")


@dataclass(frozen=True)
class Line:
    """What a file says of one distribution.

    :param release: the exact one; empty: the file leaves it open within ``range``.
    :param file: where it stands, with ``number`` from 1 on.
    """

    name: str
    release: str
    range: str
    file: str
    number: int
    requires: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The normalised name."""
        return canonicalize_name(self.name)

    def meets(self, other: Line) -> bool:
        """Tell whether the release is one that another line lets in."""
        if not self.release or self.release == other.release:
            return bool(self.release)
        return Distribution(self.name, self.release).within(other.range)

    def tell(self) -> str:
        """Return what stands where, in words."""
        return f"{self.name}{self.range} in {self.file}:{self.number}"


def read_lock(file: str, python: str) -> Inventory:
    """Return what a file would install.

    :param python: the version of the Python that markers are asked about.
    :raises DoctorError: it cannot be read, or names nothing.
    """
    if file.endswith(".toml") or os.path.basename(file) in ("uv.lock", "poetry.lock"):
        lines, complete = list(_read_toml(file, python)), True
    else:
        lines = list(_read_requirements(file, python, []))
        complete = all(line.release for line in lines) and _is_frozen(file)
    if not lines:
        raise DoctorError(
            f"'{file}' names no distribution. Name a file of requirements or a lock."
        )
    pins = {line.key: line for line in lines if line.release}
    open_ = {line.key: line for line in lines if line.key not in pins}
    return Inventory(
        file,
        python,
        {key: Distribution(pin.name, pin.release, pin.requires) for key, pin in pins.items()},
        complete,
        open_ranges={key: line.range for key, line in open_.items()},
        lines={key: (line.file, line.number) for key, line in (pins | open_).items()},
        contradictions=_find_contradictions(lines),
    )


def _find_contradictions(lines: Iterable[Line]) -> dict[str, tuple[str, str]]:
    """Return the two lines, by name, of which one pins what the other does not let in."""
    pins: dict[str, Line] = {}
    found: dict[str, tuple[str, str]] = {}
    for line in sorted(lines, key=lambda each: not each.release):
        pin = pins.setdefault(line.key, line)
        # '2.0+cpu' meets '==2.0', and not the other way.
        if pin.release and not pin.meets(line) and not line.meets(pin):
            found.setdefault(line.key, (pin.tell(), line.tell()))
    return found


def _read(file: str, included: str = "") -> str:
    """Return the text of a file.

    :param included: the file and the line that include it.
    """
    advice = f"Correct {included}, which includes it." if included else "Name another file."
    try:
        content = read_file(file, MOST_BYTES)
    except FileNotFoundError:
        raise DoctorError(f"'{file}' is not there. {advice}") from None
    except UnreadableError as error:
        raise DoctorError(f"'{file}' cannot be read: {error}. {advice}") from None
    # What PowerShell redirects into a file is UTF-16; pip reads that too.
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8-sig", "replace")


def _is_frozen(file: str) -> bool:
    """Tell whether a file of pins holds all that would be installed: one with hashes must."""
    return "--hash=" in _read(file)


def _read_requirements(
    file: str, python: str, seen: list[str], included: str = ""
) -> Iterator[Line]:
    if len(seen) >= MOST_INCLUDED:
        raise DoctorError(f"'{file}' includes more than {MOST_INCLUDED} files. Name one of them.")
    seen.append(os.path.realpath(file))
    environment = environment_of(python)
    for number, text in _join_lines(_read(file, included)):
        line = re.sub(r"(^|\s)#.*", "", text).strip()
        other = _INCLUDE.match(line)
        if other:
            path = os.path.join(os.path.dirname(file), other[1])
            if os.path.realpath(path) not in seen:
                yield from _read_requirements(path, python, seen, f"'{file}', line {number}")
        elif line and not line.startswith("-"):
            requirement = parse_requirement(_OPTION.sub("", line))
            # Else a path or an address, whose release is nowhere; or for another machine.
            if requirement is not None and holds(requirement, environment):
                yield _make_line(requirement, file, number)


def _join_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with the number of its first one, where ``\\`` continues it."""
    begun: list[str] = []
    # An empty line at the end, lest the last one is continued and lost.
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            begun.append(line[:-1])
            continue
        yield number - len(begun), " ".join([*begun, line])
        begun = []


def _make_line(requirement: Requirement, file: str, number: int) -> Line:
    exact = [each for each in requirement.specifier if each.operator in ("==", "===")]
    pinned = next((each.version for each in exact if not each.version.endswith(".*")), "")
    return Line(requirement.name, pinned, str(requirement.specifier), file, number)


def _read_toml(file: str, python: str) -> Iterator[Line]:
    text = _read(file)
    try:
        content = parse_toml(text)
    except ValueError as error:
        raise DoctorError(f"'{file}' is no TOML ({error}). Name a lock.") from None
    listed = content.get("packages", content.get("package"))
    if not isinstance(listed, list):
        raise DoctorError(
            f"'{file}' has no list of packages. Name a pylock.toml, uv.lock or poetry.lock."
        )
    environment = environment_of(python)
    lines = [number for number, line in enumerate(text.split("\n"), 1) if _HEAD.match(line)]
    if len(lines) != len(listed):
        lines = [1] * len(listed)  # written in another way than their tools do
    for number, each in zip(lines, listed, strict=True):
        # The project itself, and what lies in a folder of it, has no version.
        texts = isinstance(each, dict) and all(
            each.get(key) and isinstance(each[key], str) for key in ("name", "version")
        )
        if texts and _is_wanted(each, environment):
            requires = tuple(_requires(each))
            yield Line(each["name"], each["version"], "", file, number, requires)


def _is_wanted(package: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    """Tell whether a lock's package counts for this Python: PEP 751 gives it a marker."""
    markers = package.get("marker") or package.get("resolution-markers") or package.get("markers")
    texts = [markers] if isinstance(markers, str) else markers if isinstance(markers, list) else []
    texts = [text for text in texts if isinstance(text, str)]
    if not texts:
        return True
    asked = [parse_requirement(f"x; {text}") for text in texts]
    return any(each is None or holds(each, environment) for each in asked)


def _requires(package: Mapping[str, Any]) -> Iterator[str]:
    """Yield what Poetry's lock tells of a package's requirements, as far as it is a range."""
    dependencies = package.get("dependencies")
    if isinstance(dependencies, dict):
        for name, range_ in dependencies.items():
            text = f"{name}{range_}" if isinstance(range_, str) and range_ != "*" else ""
            if text and re.fullmatch(r"[\w.-]+[<>=!~][\w.,<>=!~* ]*", text):
                yield text
