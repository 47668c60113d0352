"""Who writes: the key of the identity that asks now."""

from __future__ import annotations

from flask import current_app, has_app_context


def find_key() -> str:
    """Return the key of whoever asks, empty for nobody; made for ``mapped_column(default=…)``."""
    if not has_app_context():
        return ""
    from stack_core import access

    find_actor = getattr(access, "find_actor", None)
    return find_actor(current_app._get_current_object()) if find_actor else ""  # type: ignore[attr-defined]
