"""The extras of the distribution: the one table that messages and the scaffold read.

It imports the standard library only: ``stack new`` reads it where Flask may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["part", "plugin", "with"]


@dataclass(frozen=True)
class Extra:
    """One extra of ``stack``.

    :param kind: a part is a name for ``Stack``; a plugin is on wherever it is installed; a with
        is something that a part then uses.
    :param owner: the distribution that it stands for, or whose extra it passes on.
    :param goes_with: the part that uses a with; empty: core, which every application has.
    :param use: for a with, what makes the application use it.
    """

    name: str
    kind: Kind
    owner: str
    goes_with: str = ""
    use: str = ""


EXTRAS = (
    Extra("db", "part", "stack-db"),
    Extra("rest", "part", "stack-rest"),
    Extra("testing", "plugin", "stack-testing"),
    Extra(
        "postgres", "with", "stack-db", "db", "SQLALCHEMY_DATABASE_URI = 'postgresql+psycopg://…'"
    ),
    Extra("mariadb", "with", "stack-db", "db", "SQLALCHEMY_DATABASE_URI = 'mariadb+pymysql://…'"),
    Extra("redis", "with", "stack-core", use="STACK_KEEP = 'redis://…'"),
)


def find_extra(name: str) -> Extra | None:
    """Return the extra of that name, or None."""
    return next((extra for extra in EXTRAS if extra.name == name), None)


def write_install(names: Iterable[str]) -> str:
    """Return the command that installs ``stack`` with these extras."""
    return f'python -m pip install "stack[{",".join(names)}]"'
