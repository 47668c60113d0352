"""The name of what is made anew: what may be one, and what to take instead."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..extras import find_extra
from .refusal import RefusalError


@dataclass(frozen=True)
class Subject:
    """What is named.

    :param noun: as a sentence calls it.
    :param option: what ``--with`` takes, as its usage calls it.
    :param word: what makes another name of one that is no good.
    :param longest: the most characters.
    :param inside: its own files and folders, and names that tools look for beside it.
    """

    noun: str
    option: str
    word: str
    longest: int
    inside: str


APPLICATION = Subject(
    "application",
    "EXTRA",
    "app",
    64,
    "app build conftest dist instance migrations noxfile setup stack test tests wheels wsgi",
)

# What is made imports or its tools run; it may not be installed here yet.
OUTSIDE = """
alembic blinker click flask flask_migrate flask_sqlalchemy gunicorn itsdangerous jinja2 markupsafe
msgspec mypy pip psycopg pymysql pyright pytest ruff setuptools sqlalchemy typing_extensions uv
werkzeug
"""


@dataclass(frozen=True)
class Name:
    """A name that is fit for use.

    :param distribution: as it was typed; the folder's name too.
    """

    distribution: str

    @property
    def package(self) -> str:
        """The name as Python imports it."""
        return self.distribution.replace("-", "_")

    @property
    def title(self) -> str:
        """The name as people read it."""
        return self.package.replace("_", " ").capitalize()

    @property
    def host(self) -> str:
        """An address for examples; nobody can own it."""
        return f"{self.distribution.replace('_', '-')}.example"


def read_name(text: str, subject: Subject = APPLICATION) -> Name:
    """Return the name that was typed.

    :raises RefusalError: it cannot be a package's, or would hide another module.
    """
    problem = _find_problem(text, subject)
    if problem is not None:
        advice = _suggest(text, subject)
        raise RefusalError(f"{text!r} cannot name an {subject.noun}: {problem}. {advice}")
    return Name(text)


def _find_problem(text: str, subject: Subject) -> str | None:
    if re.search(r"[/\\]", text) or text in (".", ".."):
        return "it is a path, and --into says where the folder is made"
    if not re.fullmatch(r"[a-z]([a-z0-9_-]*[a-z0-9])?", text) or re.search(r"[-_]{2}", text):
        return (
            "a name has small letters of the English alphabet, digits, and single hyphens or"
            " underscores between them"
        )
    if len(text) > subject.longest:
        return f"it has {len(text)} characters, and {subject.longest} are the most"
    return _find_clash(Name(text).package, subject)


def _find_clash(package: str, subject: Subject) -> str | None:
    if keyword.iskeyword(package):
        return "it is a word of the Python language"
    inside = package in subject.inside.split()
    if inside or package.startswith("stack_") or find_extra(package):
        return f"the name is used by the {subject.noun}'s own files or by stack"
    if package in sys.stdlib_module_names:
        return "it would hide a module of Python's standard library"
    if package in OUTSIDE.split() or _is_installed(package):
        return f"it would hide the module {package!r} of another package"
    return None


def _is_installed(package: str) -> bool:
    """Tell whether an import would find such a module, one in the current folder apart.

    ``python -m stack`` puts the current folder on the path, where an application may be that this
    one does not meet.
    """
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return True
    if spec is None:
        return False
    places = [*(spec.submodule_search_locations or ()), spec.origin or ""]
    here = Path.cwd()
    return not any(place and Path(place).is_relative_to(here / package) for place in places)


def _suggest(text: str, subject: Subject) -> str:
    last = re.split(r"[/\\]", text.rstrip("/\\"))[-1].lower()
    plain = re.sub(r"[^a-z0-9]+", "_", last).strip("_").lstrip("0123456789_")
    plain = plain[: subject.longest - len(subject.word) - 1].rstrip("_")
    for candidate in (plain, f"{plain}_{subject.word}", f"my_{plain}") if plain else ():
        if _find_problem(candidate, subject) is None:
            return f"Take another one, such as {candidate!r}."
    return f"Take another one, such as 'my_{subject.word}'."
