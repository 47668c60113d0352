"""The errors of setting an application up."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from stack_core import MissingExtension, SettingsError, SetupError, SlotTaken
from stack_core.error import BadSecretKey

ERRORS = [
    SetupError("It is wrong. Mend it."),
    SettingsError("One is wrong.", "Another one, too."),
    BadSecretKey("It is weak.", Path("instance")),
    MissingExtension("It is missing.", "db"),
    SlotTaken("It is taken."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_error_can_be_copied_and_sent(error: SetupError) -> None:
    """A pool of processes gives the error of one that failed, with what it carries."""
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (SetupError("x"), RuntimeError),
        (SettingsError("x"), ValueError),
        (MissingExtension("x", "db"), LookupError),
    ],
)
def test_error_is_what_people_expect(error: SetupError, expected: type[Exception]) -> None:
    """They can be caught as the builtin error of their kind."""
    assert isinstance(error, expected)
