"""What the extension has on one application."""

from __future__ import annotations

from dataclasses import dataclass

from .access import Door
from .entries import Entries
from .latest import Latest
from .settings import GreeterSettings


@dataclass(frozen=True)
class State:
    """Made for one application, and lives as long as it."""

    settings: GreeterSettings
    entries: Entries
    door: Door
    latest: Latest
