"""Every operation of a document, called with whatever Schemathesis makes of it.

All checks and all phases: examples, coverage, fuzzing, and chains of calls.
"""

from __future__ import annotations

import pytest

from .conftest import FLIGHTS, SIGNED_IN, Fuzz, Served

pytestmark = pytest.mark.fuzz


def test_demo_is_as_told(fuzz: Fuzz, demo: Served) -> None:
    """The demo's interface, which everybody may read."""
    fuzz(demo, FLIGHTS)


def test_library_is_as_told_to_nobody(fuzz: Fuzz, library: Served) -> None:
    """Who is not signed in reads what is public, and is refused the rest."""
    fuzz(library)


def test_library_is_as_told_to_ann(fuzz: Fuzz, library: Served) -> None:
    """Ann reads and writes with a token, and without it or with another she may not."""
    fuzz(library, SIGNED_IN.format(token=library.token))
