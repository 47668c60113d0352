"""Values as JSON."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec


def _encode(value: Any) -> Any:
    """Return what msgspec does not write by itself as something that it does."""
    if isinstance(value, Enum):
        return value.name
    if hasattr(value, "model_dump"):  # pydantic's
        return value.model_dump(mode="json")
    raise NotImplementedError(
        f"A {type(value).__qualname__} cannot be written as JSON. Return a type that can."
    )


ENCODER = msgspec.json.Encoder(enc_hook=_encode)
