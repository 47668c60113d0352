"""What is installed in an environment, or named by a file: distributions and their metadata.

The metadata is read as text and nothing is imported, so that a broken or hostile distribution is
one that cannot be read and no more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from .problem import DoctorError
from .reading import UnreadableError, read_file
from .record import Record, read_record

MOST_BYTES = 4_000_000
#: The most distributions that are read of one folder.
MOST_DISTRIBUTIONS = 20_000

_SUFFIXES = (".dist-info", ".egg-info")


@dataclass(frozen=True)
class Distribution:
    """One distribution as its metadata tells of it.

    :param information: the folder of its metadata; empty where a file named it.
    """

    name: str
    release: str
    requires: tuple[str, ...] = ()
    extras: frozenset[str] = frozenset()
    requires_python: str = ""
    information: str = ""

    @property
    def key(self) -> str:
        """The normalised name."""
        return canonicalize_name(self.name)

    @cached_property
    def version(self) -> Version | None:
        """The release as a number, or None where it is none."""
        try:
            return Version(self.release)
        except ValueError:  # none, or one of more digits than Python reads
            return None

    def meets(self, specifier: SpecifierSet) -> bool:
        """Tell whether the release lies in a range; pre-releases count."""
        return self.version is not None and specifier.contains(self.version, prereleases=True)

    def within(self, text: str) -> bool:
        """Tell whether the release lies in a range that is written as text."""
        try:
            return self.meets(SpecifierSet(text))
        except ValueError:
            return False

    @cached_property
    def record(self) -> Record:
        """The files that it owns.

        :raises UnreadableError: its RECORD cannot be read.
        """
        if not self.information.endswith(".dist-info"):
            return Record("", b"")
        return read_record(os.path.dirname(self.information), self.information)


@dataclass(frozen=True)
class Inventory:
    """What is judged.

    :param place: what a person calls it, such as a path.
    :param python: the version of its Python.
    :param complete: whether everything that would be installed is in it.
    :param unreadable: the distributions that could not be read, each with the reason.
    :param paths: the folders that it was read from.
    :param rest: other releases in the folder of one that counts.
    :param open_ranges: what a file names without an exact release, by name.
    :param lines: the file and the line that name each, by name.
    :param contradictions: two lines of a file that no release meets, by name.
    """

    place: str
    python: str
    distributions: Mapping[str, Distribution]
    complete: bool = True
    unreadable: tuple[tuple[str, str], ...] = ()
    paths: tuple[str, ...] = ()
    rest: tuple[Distribution, ...] = ()
    open_ranges: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    contradictions: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def get(self, name: str) -> Distribution | None:
        """Return a distribution by its name; ``python`` is one too."""
        if name == "python":
            return Distribution("python", self.python)
        return self.distributions.get(canonicalize_name(name))


def read_inventory(paths: Iterable[str], python: str, place: str) -> Inventory:
    """Read what lies in the folders of an environment. The first copy on the path counts.

    :raises DoctorError: a folder is there, and cannot be read.
    """
    found: dict[str, Distribution] = {}
    unreadable: list[tuple[str, str]] = []
    rest: list[Distribution] = []
    kept = tuple(dict.fromkeys(os.path.abspath(path) for path in paths))
    for path in kept:
        for folder in _list_metadata(path):
            try:
                distribution = read_distribution(folder)
            except UnreadableError as error:
                unreadable.append((os.path.basename(folder), str(error)))
                continue
            first = found.setdefault(distribution.key, distribution)
            # Debian keeps two of one release.
            beside = os.path.dirname(first.information) == path
            if beside and first.release != distribution.release:
                rest.append(distribution)
    return Inventory(place, python, found, True, tuple(unreadable), kept, rest=tuple(rest))


def _list_metadata(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            found = [entry.path for entry in entries if entry.name.endswith(_SUFFIXES)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise DoctorError(
            f"'{path}' cannot be read ({error.strerror}). Run the doctor as somebody who may."
        ) from None
    return sorted(found)[:MOST_DISTRIBUTIONS]


def read_distribution(folder: str) -> Distribution:
    """Read one distribution's metadata.

    :param folder: its ``.dist-info`` or ``.egg-info``; the latter may be a file.
    :raises UnreadableError: it has none, or it names neither itself nor its version.
    """
    if os.path.basename(folder).startswith("~"):
        raise UnreadableError("it was left by an uninstallation that did not end")
    names = ("METADATA", "PKG-INFO") if os.path.isdir(folder) else ("",)
    for name in names:
        try:
            text = read_file(os.path.join(folder, name) if name else folder, MOST_BYTES)
        except FileNotFoundError:
            continue
        except UnreadableError as error:
            raise UnreadableError(f"{name or 'its file'}: {error}") from None
        return parse_metadata(text, folder)
    raise UnreadableError("it has no METADATA")


def parse_metadata(text: bytes, folder: str = "") -> Distribution:
    """Return the distribution that a METADATA file tells of.

    :raises UnreadableError: it names neither itself nor its version.
    """
    head = text.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace")
    pieces: dict[str, list[list[str]]] = {}
    last: list[str] = []
    for line in head.split("\n"):
        if line[:1] in (" ", "\t"):
            last.append(line.strip())
            continue
        key, colon, value = line.partition(":")
        if colon:
            last = [value.strip()]
            pieces.setdefault(key.lower(), []).append(last)
    fields = {key: [" ".join(each) for each in values] for key, values in pieces.items()}
    name, version = fields.get("name", [""])[0], fields.get("version", [""])[0]
    if not name or not version:
        raise UnreadableError(f"METADATA has no '{'Version' if name else 'Name'}'")
    return Distribution(
        name,
        version,
        tuple(fields.get("requires-dist", ())),
        frozenset(canonicalize_name(each) for each in fields.get("provides-extra", ())),
        fields.get("requires-python", [""])[0],
        folder,
    )
