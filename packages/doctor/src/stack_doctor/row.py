"""Rows: known conflicts as data, and what a row must have to be one.

A file of rows is JSON: ``{"schema": 1, "rows": [{...}, ...]}``. ``rows.json`` beside this module
is ours; ``--rows`` adds others, or replaces one by its id.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from .problem import DoctorError
from .reading import UnreadableError, read_file

SCHEMA = 1
MOST_BYTES = 4_000_000
#: The longest pattern of a row.
LONGEST = 1_000
ABSENT = "absent"

KINDS = (
    "break", "abandoned", "conditional", "behaviour", "missing", "api-break", "yanked",
    "file-clash",
)  # fmt: skip
#: The kinds that only bite in use, so that a row says in which.
IN_USE = {"conditional", "behaviour", "missing", "api-break"}

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One known conflict.

    :param dist: the distribution that breaks, in the releases of ``range``.
    :param with_: what breaks it, in the releases of ``with_range``; ``absent`` there: when it is
        not installed. Empty: the distribution alone is enough.
    :param or_absent: whether it breaks without the other one too.
    :param stage: when it is noticed, such as ``import`` or ``first request``.
    :param symptom: the error as a traceback ends, ``…`` standing for what differs.
    :param note: what else is to be known of the symptom.
    :param install: what to install, as requirements; the mending.
    :param advice: what to do where an installation does not mend it, or beside.
    :param code: a pattern of the application's source without which it does not bite.
    :param companions: ranges of other distributions, one of which makes it bite.
    :param proof: two verified points that ``nox -s incompat`` runs again, or why there are none.
    """

    id: str
    kind: str
    dist: str
    range: str
    with_: str
    with_range: str
    or_absent: bool
    stage: str
    symptom: str
    note: str
    install: tuple[str, ...]
    advice: str
    source: str
    code: str
    companions: Mapping[str, str]
    proof: Mapping[str, Any]

    @cached_property
    def specifier(self) -> SpecifierSet:
        """The releases that break."""
        return SpecifierSet(self.range)

    @cached_property
    def with_specifier(self) -> SpecifierSet:
        """The releases of the other that break it."""
        return SpecifierSet("" if self.with_range == ABSENT else self.with_range)

    @property
    def fix(self) -> str:
        """What to do, in one line."""
        quoted = " ".join(f'"{each}"' for each in self.install)
        command = f"python -m pip install {quoted}" if quoted else ""
        return f"{command}  # {self.advice}" if command and self.advice else command or self.advice


def read_rows(file: str) -> tuple[Row, ...]:
    """Read a file of rows.

    :raises DoctorError: it cannot be read or has a wrong row; the error names row and member.
    """
    try:
        content = json.loads(read_file(file, MOST_BYTES))
    except FileNotFoundError:
        raise DoctorError(f"'{file}' is not there. Name a file of rows.") from None
    except UnreadableError as error:
        raise DoctorError(f"'{file}' cannot be read: {error}. Name a file of rows.") from None
    except (ValueError, RecursionError) as error:
        raise DoctorError(f"'{file}' is no JSON ({error}). Correct it.") from None
    try:
        return parse_rows(content)
    except DoctorError as error:
        raise DoctorError(f"'{file}': {error}") from None


def read_own_rows() -> tuple[Row, ...]:
    """Read the rows that come with the doctor."""
    return read_rows(os.path.join(os.path.dirname(__file__), "rows.json"))


def merge_rows(rows: Iterable[Row], others: Iterable[Row]) -> tuple[Row, ...]:
    """Return rows with others added, which replace those of the same id."""
    return tuple(({row.id: row for row in rows} | {row.id: row for row in others}).values())


def parse_rows(content: Any) -> tuple[Row, ...]:
    """Return the rows of a file's content.

    :raises DoctorError: something is wrong with it.
    """
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise DoctorError(f'It does not begin with "schema": {SCHEMA}. Write it for this release.')
    listed = content.get("rows")
    if not isinstance(listed, list):
        raise DoctorError('It has no list "rows". Add one.')
    rows = tuple(_parse_row(number, each) for number, each in enumerate(listed))
    twice = next((id_ for id_, count in Counter(row.id for row in rows).items() if count > 1), "")
    if twice:
        raise DoctorError(f"The id '{twice}' is there twice. Change one.")
    return rows


_MEMBERS = {field.name.rstrip("_") for field in fields(Row)}
_NEEDED = ("id", "kind", "dist", "range", "stage", "symptom", "source", "proof")


def _parse_row(number: int, content: Any) -> Row:
    if not isinstance(content, dict):
        raise DoctorError(f"Row {number} is no object. Make it one.")
    name = content.get("id", "")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise DoctorError(f"Row {number} has no id of letters, digits, '-', '_' and '.'. Add one.")
    for member in content:
        if member not in _MEMBERS:
            raise DoctorError(
                f"Row '{name}' has the unknown member '{member}'."
                f" Members are {', '.join(sorted(_MEMBERS))}."
            )
    for member in _NEEDED:
        if not content.get(member):
            raise DoctorError(f"Row '{name}' has no '{member}'. Add it.")
    _check_types(name, content)
    row = _build(content)
    _check_ranges(row)
    _check_use(row)
    return row


def _build(content: Mapping[str, Any]) -> Row:
    texts = {
        key: content.get(key.rstrip("_"), "")
        for key in ("id", "kind", "range", "with_range", "stage", "symptom", "note", "advice",
                    "source", "code")
    }  # fmt: skip
    return Row(
        dist=canonicalize_name(content["dist"]),
        with_=canonicalize_name(content.get("with", "")),
        or_absent=content.get("or_absent", False),
        install=tuple(content.get("install", ())),
        companions={
            canonicalize_name(key): value for key, value in content.get("companions", {}).items()
        },
        proof=content["proof"],
        **texts,
    )


_TYPES: Mapping[str, type] = {
    "or_absent": bool, "install": list, "companions": dict, "proof": dict,
}  # fmt: skip


def _check_types(name: str, content: Mapping[str, Any]) -> None:
    for member, value in content.items():
        kind = _TYPES.get(member, str)
        if not isinstance(value, kind):
            raise DoctorError(f"Row '{name}': '{member}' is no {kind.__name__}. Correct it.")
    texts = [*content.get("install", []), *content.get("companions", {}).values()]
    if not all(isinstance(text, str) for text in texts):
        raise DoctorError(f"Row '{name}': 'install' and 'companions' hold texts. Correct them.")


def _check_ranges(row: Row) -> None:
    if row.kind not in KINDS:
        raise DoctorError(
            f"Row '{row.id}': '{row.kind}' is no kind. Kinds are {', '.join(KINDS)}."
        )
    try:
        ranges = [row.specifier, row.with_specifier]
        ranges += [SpecifierSet(text) for text in row.companions.values()]
        for each in ranges:
            each.contains("0")  # fails where a number has too many digits
    except ValueError as error:
        raise DoctorError(f"Row '{row.id}': {error}. Write ranges as '>=1,<2'.") from None
    try:
        for text in row.install:
            Requirement(text)
    except InvalidRequirement as error:
        raise DoctorError(f"Row '{row.id}': 'install' has no requirement: {error}") from None
    if not row.fix:
        raise DoctorError(f"Row '{row.id}' says not what to do. Add 'install' or 'advice'.")
    if bool(row.with_) is not bool(row.with_range):
        raise DoctorError(f"Row '{row.id}' needs both 'with' and 'with_range', or neither.")


def _check_use(row: Row) -> None:
    if len(row.code) > LONGEST:
        raise DoctorError(f"Row '{row.id}': 'code' has over {LONGEST} characters. Shorten it.")
    try:
        re.compile(row.code)
    except (re.error, OverflowError, RecursionError) as error:
        raise DoctorError(f"Row '{row.id}': 'code' is no pattern: {error}. Correct it.") from None
    if row.kind in IN_USE and not row.code and not row.companions:
        raise DoctorError(
            f"Row '{row.id}' is of the kind '{row.kind}', which only bites in use."
            " Add 'code' or 'companions'."
        )
    points = [row.proof[each] for each in ("bad", "good") if each in row.proof]
    pins = [pin for point in points for pin in (point if isinstance(point, list) else [None])]
    if not all(isinstance(pin, str) for pin in pins):
        raise DoctorError(f"Row '{row.id}': 'bad' and 'good' are lists of texts. Correct them.")
    if not ({"bad", "good"} <= row.proof.keys() or row.proof.get("unproven")):
        raise DoctorError(
            f"Row '{row.id}': 'proof' has neither the points 'bad' and 'good' nor 'unproven'."
        )
