"""The extensions that are judged, and what each needs to be put on an application."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from workspace import ROOT

FOLDER = ROOT / "integration" / "index"
FILE = FOLDER / "strangers.toml"


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One extension of somebody else.

    :param distribution: as the package index spells it.
    :param target: as ``stack conform`` is given it.
    :param about: what it does, in a few words.
    :param pins: what it needs beside what it requires itself.
    :param settings: keys of ``app.config``.
    :param others: what is put on the application before it.
    :param use: the function that uses it within a request.
    :param names: further beginnings of names that are its own.
    :param abilities: what its purpose is that a guest should not do.
    :param why: by rule, what in its source is the reason for a red.
    """

    distribution: str
    version: str
    target: str
    about: str
    pins: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    others: tuple[str, ...] = ()
    use: str | None = None
    names: tuple[str, ...] = ()
    abilities: tuple[str, ...] = ()
    why: dict[str, str] = {}


class Strangers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that are judged.

    :param until: a day; nothing that was released after it is installed, so that a judgement
        can be made again.
    :param why: by rule, a reason that holds for every extension that has none of its own.
    """

    schema: int
    until: str
    why: dict[str, str]
    extension: tuple[Entry, ...]

    def reason(self, entry: Entry, rule: str) -> str:
        """Return why an extension is red by a rule; empty: nobody has written it down."""
        return entry.why.get(rule, "") or self.why.get(rule, "")

    def choose(self, names: list[str]) -> tuple[Entry, ...]:
        """Return the entries of some distributions, all when none is named.

        :raises ValueError: a name is not in the index.
        """
        known = {each.distribution.lower(): each for each in self.extension}
        for name in names:
            if name.lower() not in known:
                raise ValueError(f"'{name}' is not in the index. See {FILE.name}.")
        return tuple(known[name.lower()] for name in names) or self.extension


def read_strangers(file: Path = FILE) -> Strangers:
    """Return what is in the index."""
    content: Mapping[str, Any] = tomllib.loads(file.read_text("utf-8"))
    return msgspec.convert(content, Strangers)
