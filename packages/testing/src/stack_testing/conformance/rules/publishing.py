"""Rules of the distribution that an extension is installed by."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

from ..fault import Fault, NotApplicable
from ..rule import rule
from ..stand import Stand

VERSION = re.compile(
    r"v?(\d+!)?\d+(\.\d+)*([-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?"
    r"([-_.]?(post|rev|r)[-_.]?\d*|-\d+)?([-_.]?dev[-_.]?\d*)?(\+[a-z0-9]+([-_.][a-z0-9]+)*)?",
    re.IGNORECASE,
)
NONE = re.compile(r"0(\.0)*(\+.*)?|.*\+unknown.*")
FLOOR = re.compile(r"(>=|~=|==|>|===)\s*\d")


@rule(
    "P35",
    "advised",
    "It has types",
    mend="Put an empty file 'py.typed' into the package, and annotate what is public.",
)
def typed(stand: Stand) -> Iterator[Fault]:
    """The package has a file 'py.typed', or stubs are installed for it."""
    root, package = Path(stand.trial.root), stand.trial.package
    stubs = [Path(each) / f"{package}-stubs" for each in sys.path]
    if not (root / "py.typed").is_file() and not any(each.is_dir() for each in stubs):
        yield Fault(f"Neither {package!r} nor its stubs say that it has types.")


@rule(
    "P35",
    "advised",
    "It is classified",
    mend="Add the classifier 'Framework :: Flask' to the metadata.",
)
def classified(stand: Stand) -> Iterator[Fault]:
    """The distribution has the classifier 'Framework :: Flask'."""
    found = _distribution(stand).metadata.get_all("Classifier") or []
    if not any(each.startswith("Framework :: Flask") for each in found):
        yield Fault("The distribution is not classified as 'Framework :: Flask'.")


@rule(
    "P35",
    "advised",
    "It is versioned",
    mend="Write the version once, in the metadata, and let '__version__' read it or go.",
)
def versioned(stand: Stand) -> Iterator[Fault]:
    """The distribution has a version that is one, and a '__version__' of the package is the
    same."""
    version = _distribution(stand).version
    if not VERSION.fullmatch(version) or NONE.fullmatch(version):
        yield Fault(f"{version!r} is no version of a release.")
    module = sys.modules.get(stand.trial.package)
    said = vars(module).get("__version__") if module else None
    if isinstance(said, str) and said != version:
        yield Fault(f"'__version__' is {said!r}, and the distribution's is {version!r}.")


@rule(
    "P35",
    "advised",
    "It says which Flask it needs",
    mend="Require Flask with the oldest version that is tested, as in 'flask>=3.1'.",
)
def flask_floor(stand: Stand) -> Iterator[Fault]:
    """The distribution requires Flask, with a least version."""
    lines = _distribution(stand).requires or []
    found = [line for line in lines if re.match(r"flask\s*(\[|[^\w.-]|$)", line, re.IGNORECASE)]
    if not found:
        yield Fault("The distribution does not require Flask.")
    elif not any(FLOOR.search(line.partition(";")[0]) for line in found):
        yield Fault(f"The distribution requires any Flask at all: {found[0]!r}.", tuple(found))


@rule(
    "P35",
    "advised",
    "It has a licence",
    mend="Write 'license' in the metadata, as an SPDX expression.",
)
def licensed(stand: Stand) -> Iterator[Fault]:
    """The distribution names its licence, as an expression, a text or a classifier."""
    metadata = _distribution(stand).metadata
    classifiers = metadata.get_all("Classifier") or []
    named = [*(metadata.get_all("License-Expression") or ()), *(metadata.get_all("License") or ())]
    said = [each for each in named if each.strip() and each.strip().upper() != "UNKNOWN"]
    if not said and not any(each.startswith("License ::") for each in classifiers):
        yield Fault("The distribution names no licence.")


def _distribution(stand: Stand) -> Distribution:
    if stand.trial.distribution is None:
        raise NotApplicable("It belongs to no distribution that is installed.")
    return Distribution.from_name(stand.trial.distribution)


RULES = (typed, classified, versioned, flask_floor, licensed)
