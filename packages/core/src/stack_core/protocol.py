"""The number of the protocol, and what is said to an extension that was written for another."""

from __future__ import annotations

import warnings

from .error import SetupError

PROTOCOL = 1
"""The protocol that this core speaks; it also speaks the one before, if there is one."""
CORE_OF_PROTOCOL = {1: ">=0.1,<0.3"}
"""The range of stack-core to install for each protocol that there was."""


def check_protocol(name: str, number: int) -> None:
    """Warn of an extension for the previous protocol, and refuse one for any other.

    The warning points at the caller of the caller, which is ``init_app``.

    :param number: the protocol that the extension was written for.
    :raises SetupError: this core does not speak it; the error says what to install.
    """
    if number == PROTOCOL:
        return
    said = f"{name!r} was written for protocol {number} of stack-core"
    if number == PROTOCOL - 1 and number in CORE_OF_PROTOCOL:
        warnings.warn(
            f"{said}; the next core will refuse it. Ask for a release for protocol {PROTOCOL}.",
            DeprecationWarning,
            stacklevel=3,
        )
        return
    from importlib.metadata import version  # not at start: it is a tenth of Flask's import

    here = f"{said}, but this is stack-core {version('stack-core')} with protocol {PROTOCOL}."
    if number in CORE_OF_PROTOCOL:
        wanted = CORE_OF_PROTOCOL[number]
        raise SetupError(f'{here} Run python -m pip install "stack-core{wanted}".')
    raise SetupError(f"{here} Run python -m pip install --upgrade stack-core.")
