"""The init-app protocol that the extensions of stack share."""

from . import former as former
from ._extension import Extension, find_extension
from .error import MissingExtension, SettingsError, SetupError, SlotTaken
from .finding import Finding
from .installing import install
from .registry import Installed, Registry, Slot
from .request_id import find_request_id
from .settings import NoSettings, Settings, setting
from .sweeping import sweep_now_and_then

__all__ = [
    "Extension",
    "Finding",
    "Installed",
    "MissingExtension",
    "NoSettings",
    "Registry",
    "Settings",
    "SettingsError",
    "SetupError",
    "Slot",
    "SlotTaken",
    "find_extension",
    "find_request_id",
    "install",
    "setting",
    "sweep_now_and_then",
]
