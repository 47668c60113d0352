"""Former names in the face of this package, whose ``__getattr__`` importing this sets."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .deprecation import former_names
from .error import SettingsError

NAMES = {"ConfigError": SettingsError}

if not TYPE_CHECKING:
    # A type checker that saw it would find every misspelt name in the face.
    sys.modules[__package__].__getattr__ = former_names(
        __package__, NAMES, since="0.2", until="0.4"
    )
