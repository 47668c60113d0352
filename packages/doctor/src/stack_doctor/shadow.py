"""Files of the project that are imported in place of what is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import islice

from packaging.utils import canonicalize_name

from .finding import Finding, Severity, find
from .inventory import Distribution, Inventory
from .reading import UnreadableError, parse_toml, read_file

MOST_BYTES = 1_000_000
MOST_ENTRIES = 5_000

#: What ``import flask`` imports of the standard library, and Python has not before.
IMPORTED_BY_FLASK = frozenset(
    {
        "array", "ast", "atexit", "base64", "binascii", "bisect", "bz2", "calendar",
        "collections", "contextlib", "contextvars", "copy", "copyreg", "csv",
        "dataclasses", "datetime", "decimal", "difflib", "dis", "email", "enum", "errno",
        "fnmatch", "functools", "gettext", "hashlib", "heapq", "hmac", "html", "http",
        "importlib", "inspect", "ipaddress", "itertools", "json", "keyword", "linecache",
        "locale", "logging", "lzma", "math", "mimetypes", "ntpath", "numbers", "opcode",
        "operator", "pathlib", "pickle", "pkgutil", "platform", "pprint", "quopri",
        "random", "re", "reprlib", "secrets", "select", "selectors", "shutil", "signal",
        "socket", "socketserver", "ssl", "string", "struct", "tempfile", "textwrap",
        "threading", "token", "tokenize", "traceback", "types", "typing", "unicodedata",
        "urllib", "uuid", "warnings", "weakref", "zipfile", "zlib",
    }
)  # fmt: skip
#: What Python has imported before it looks into the folder.
_AT_START = {
    "abc", "codecs", "encodings", "genericpath", "io", "ntpath", "os", "posixpath", "site",
    "stat", "zipimport",
}  # fmt: skip
#: Names of the standard library that are common in projects and that nothing needs.
_HARMLESS = {"test", "this", "antigravity", "idlelib", "tkinter", "turtle", "turtledemo"}
_UNREACHABLE = _HARMLESS | _AT_START | {*sys.builtin_module_names}
_COMMON = {"test", "tests", "docs", "examples", "scripts", "setup", "conftest", "noxfile"}


def judge_shadows(inventory: Inventory, folder: str) -> Iterator[Finding]:
    """Yield the files of a folder that hide installed modules from whoever starts there.

    :param folder: the project's, which is first on the path of ``flask`` and ``python -m``.
    """
    owners = _owners(inventory)
    own = find_project_name(folder)
    for name, file in _list_modules(folder):
        owner = owners.get(name)
        if owner is not None:
            if owner.key != own and not _lies_in(owner, folder):
                yield _tell(name, file, f"{owner.name} {owner.release}", "error", (owner.key,))
        elif name in sys.stdlib_module_names and name not in _UNREACHABLE:
            severity: Severity = "error" if name in IMPORTED_BY_FLASK else "warning"
            yield _tell(name, file, "Python itself", severity, ())


def find_project_name(folder: str) -> str:
    """Return the name of the distribution that a folder is the source of, or nothing."""
    try:
        text = read_file(os.path.join(folder, "pyproject.toml"), MOST_BYTES).decode()
        name = parse_toml(text).get("project", {}).get("name", "")
    except (FileNotFoundError, ValueError, AttributeError):
        return ""
    return canonicalize_name(name) if isinstance(name, str) else ""


def _owners(inventory: Inventory) -> dict[str, Distribution]:
    found: dict[str, Distribution] = {}
    for distribution in inventory.distributions.values():
        try:
            tops = distribution.record.tops
        except UnreadableError:
            tops = frozenset()
        for top in tops - _COMMON:
            found[top] = distribution
    # An editable installation, or one without RECORD, does not tell its modules.
    for key in ("flask", "stack"):
        distribution_ = inventory.get(key)
        if distribution_ is not None:
            found.setdefault(key, distribution_)
    return found


def _list_modules(folder: str) -> Iterator[tuple[str, str]]:
    try:
        with os.scandir(folder) as entries:
            found = [(each.name, each.path) for each in islice(entries, MOST_ENTRIES)]
    except OSError:
        return
    for name, path in sorted(found):
        if name.endswith(".py") and os.path.isfile(path):
            yield name[:-3], name
        elif os.path.isfile(os.path.join(path, "__init__.py")):
            yield name, f"{name}/__init__.py"


def _lies_in(owner: Distribution, folder: str) -> bool:
    """Tell whether a distribution is installed in the folder itself, as by ``--target``."""
    return os.path.dirname(owner.information) == os.path.abspath(folder)


def _tell(name: str, file: str, owner: str, severity: Severity, keys: tuple[str, ...]) -> Finding:
    found = find(
        "shadowed",
        name,
        f"'{file}' in the project's folder is imported in place of the module '{name}' of"
        f" {owner}.",
        f"Rename '{file}', and remove its __pycache__.",
        keys,
        severity,
    )
    return found.at(file, 1)
