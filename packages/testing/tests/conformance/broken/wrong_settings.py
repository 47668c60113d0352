"""It takes any value for a setting."""

from typing import Annotated, Any

from stack_core import Extension, Settings, setting


class BrokenSettings(Settings, frozen=True, kw_only=True):
    size: Annotated[Any, setting("How many.")] = 10


class Broken(Extension[BrokenSettings, None]):
    name = "broken"
