"""The name of a new application: what may be one, and what to take instead."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..extras import find_extra
from .refusal import RefusalError

LONGEST = 64

# Files and folders of the application itself, and names that tools look for beside it.
INSIDE = """
app build conftest dist instance migrations noxfile setup stack test tests wheels wsgi
"""

# What the application imports or its tools run, which may not be installed here yet.
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


def read_name(text: str) -> Name:
    """Return the name that was typed.

    :raises RefusalError: it cannot be a package's, or would hide another module.
    """
    problem = _find_problem(text)
    if problem is not None:
        raise RefusalError(f"{text!r} cannot name an application: {problem}. {_suggest(text)}")
    return Name(text)


def _find_problem(text: str) -> str | None:
    if re.search(r"[/\\]", text) or text in (".", ".."):
        return "it is a path, and --into says where the folder is made"
    if not re.fullmatch(r"[a-z]([a-z0-9_-]*[a-z0-9])?", text) or re.search(r"[-_]{2}", text):
        return (
            "a name has small letters of the English alphabet, digits, and single hyphens or"
            " underscores between them"
        )
    if len(text) > LONGEST:
        return f"it has {len(text)} characters, and {LONGEST} are the most"
    return _find_clash(Name(text).package)


def _find_clash(package: str) -> str | None:
    if keyword.iskeyword(package):
        return "it is a word of the Python language"
    if package in INSIDE.split() or package.startswith("stack_") or find_extra(package):
        return "the name is used by the application's own files or by stack"
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


def _suggest(text: str) -> str:
    last = re.split(r"[/\\]", text.rstrip("/\\"))[-1].lower()
    plain = re.sub(r"[^a-z0-9]+", "_", last).strip("_").lstrip("0123456789_")[: LONGEST - 4]
    for candidate in (plain, f"{plain}_app", f"my_{plain}") if plain else ():
        if _find_problem(candidate) is None:
            return f"Take another one, such as {candidate!r}."
    return "Take another one, such as 'my_app'."
