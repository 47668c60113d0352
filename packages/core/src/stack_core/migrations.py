"""The tables that an extension ships, and where the revisions are that make them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

__all__ = ["Migrations"]

MAX_REVISION = 32
"""The most characters of a revision's name: the width of Alembic's own column."""


class Migrations:
    """The tables that an extension ships.

    Declare it on the extension's class: ``migrations = Migrations("shop:migrations",
    branch="shop", tables=("shop_order",))``. It is a value and does nothing by itself; db reads it
    when a ``flask db`` command is run.

    :param folder: ``package:folder`` of the revisions.
    :param branch: the label of their branch, which is the extension's name.
    :param tables: those that are its own.
    :raises ValueError: a table does not begin with the branch and an underscore, or the folder is
        not written ``package:folder``.
    """

    def __init__(self, folder: str, *, branch: str, tables: Iterable[str]) -> None:
        package, colon, inner = folder.partition(":")
        if not (colon and inner and all(part.isidentifier() for part in package.split("."))):
            raise ValueError(
                f"{folder!r} names no folder of revisions. Write it 'package:folder'."
            )
        self.folder = folder
        self.branch = branch
        self.tables = frozenset((tables,) if isinstance(tables, str) else tables)
        for table in sorted(self.tables):
            if not table.startswith(f"{branch}_"):
                raise ValueError(
                    f"The table {table!r} is not named after its extension {branch!r}."
                    f" Call it '{branch}_{table}'."
                )

    def __repr__(self) -> str:
        return f"Migrations({self.folder!r}, branch={self.branch!r}, tables={sorted(self.tables)})"

    @property
    def path(self) -> Path:
        """The folder, found without importing the package.

        :raises FileNotFoundError: the package is not installed as a folder.
        """
        package, _, inner = self.folder.partition(":")
        top, *below = package.split(".")
        spec = find_spec(top)
        places = spec.submodule_search_locations if spec is not None else None
        candidates = [Path(place, *below, *inner.split("/")) for place in places or ()]
        for candidate in candidates:
            if candidate.is_dir():
                return candidate
        raise FileNotFoundError(
            f"The folder {self.folder!r} with the revisions of {self.branch!r} is not there."
            " Install the package again, and see that it contains them."
        )

    def check(self, revision: str) -> str | None:
        """Return what is wrong with the name of a revision, or None."""
        if not re.fullmatch(rf"{re.escape(self.branch)}_[0-9]{{3,}}", revision):
            return (
                f"{revision!r} cannot name a revision of {self.branch!r}."
                f" Name them '{self.branch}_001', '{self.branch}_002' and so on."
            )
        if len(revision) > MAX_REVISION:
            return (
                f"{revision!r} is longer than {MAX_REVISION} characters."
                " Choose a shorter name for the extension."
            )
        return None
