"""What an application may set."""

from __future__ import annotations

import pytest
from stack_core import SettingsError

from application import create_app


@pytest.mark.parametrize("prefix", ["words", "/words/", ""])
def test_prefix_that_is_no_path_is_refused(prefix: str) -> None:
    """An application with a wrong setting does not start, and the key is named."""
    with pytest.raises(SettingsError, match="'GREETER_PREFIX' is no path"):
        create_app(GREETER_PREFIX=prefix)


def test_misspelt_setting_is_refused() -> None:
    """A near miss is an error that says what was meant."""
    with pytest.raises(SettingsError, match="Did you mean 'GREETER_TEXT'"):
        create_app(GREETER_TXET="Good morning!")


def test_short_token_is_refused() -> None:
    """What can be guessed lets nobody in; the error does not show it."""
    with pytest.raises(SettingsError, match="fewer than 32 characters") as error:
        create_app(GREETER_TOKEN="guess-me")
    assert "guess-me" not in str(error.value)
