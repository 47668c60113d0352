"""It does not say that its key is a secret."""

from typing import Annotated

from stack_core import Extension, Settings, setting


class BrokenSettings(Settings, frozen=True, kw_only=True):
    api_key: Annotated[str, setting("The key.")] = ""


class Broken(Extension[BrokenSettings, None]):
    name = "broken"
