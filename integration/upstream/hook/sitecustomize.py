"""Puts ``stack_db.Database`` in the place of ``flask_sqlalchemy.SQLAlchemy``.

Python imports this module by itself in every process that has its folder in
``PYTHONPATH``, so the substitution holds in the ``flask`` commands too that a
suite starts.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

NAME = "flask_sqlalchemy"


class Substitute(SourceFileLoader):
    """Loads the package and withholds its class, which is looked up in ours instead."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the package's own code first."""
        super().exec_module(module)
        names = vars(module)
        del names["SQLAlchemy"]
        theirs = names["__getattr__"]

        def find(name: str) -> Any:
            if name != "SQLAlchemy":
                return theirs(name)
            # Late, because our module imports from this package.
            from stack_db import Database

            return Database

        names["__getattr__"] = find


class Finder(MetaPathFinder):
    """Finds the one package whose class is substituted."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return its spec with our loader."""
        if fullname != NAME:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None:
            return spec
        spec.loader = Substitute(fullname, spec.origin)
        return spec


sys.meta_path.insert(0, Finder())
