"""The harness's floor with a secret key, which every application with sessions has.

Flask opens the session of each request then, whoever uses it.
"""

from typing import Any

from adapters import floor

KIND = floor.KIND


def create(group: str, variant: str | None, url: str) -> tuple[Any, dict[str, Any]]:
    """Return the floor's application."""
    app, specs = floor.create(group, variant, url)
    app.config["SECRET_KEY"] = "0123456789abcdef0123"
    return app, specs
