"""What programs see, where ``rest`` is on the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import KIND
from .state import State

if TYPE_CHECKING:
    from stack_rest import RestState


def serve(rest: RestState, state: State) -> None:
    """Let everybody read the entries, and write whoever has the token."""
    rest.resource(KIND, path="/greeter", public=("read",), order=("-id",))
    rest.add_scheme(
        "greeter",
        {"type": "http", "scheme": "bearer"},
        used=state.door.used,
    )
