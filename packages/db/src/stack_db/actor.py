"""Who writes: the key of the identity that asks now."""

from __future__ import annotations

from flask import current_app, has_app_context


def find_key() -> str:
    """Return the key of whoever asks, empty for nobody; made for ``mapped_column(default=…)``."""
    if not has_app_context():
        return ""
    from stack_core.access import find_actor

    return find_actor(current_app._get_current_object())  # type: ignore[attr-defined]
