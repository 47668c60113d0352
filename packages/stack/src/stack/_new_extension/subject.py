"""What may name an extension."""

from __future__ import annotations

from importlib import metadata

from .._new.name import Subject
from .._new.refusal import RefusalError

GROUP = "stack.extensions"

# The name begins a revision's, of which Alembic holds 32 characters: greeter_001.
EXTENSION = Subject(
    "extension",
    "SEAM",
    "extension",
    28,
    "application build changes conftest dist docs noxfile setup src stack test tests wheels",
)


def refuse_taken(text: str) -> None:
    """Refuse the name of an extension that is installed here.

    :raises RefusalError: both could not be on one application.
    """
    name = text.replace("-", "_")
    for entry in metadata.entry_points(group=GROUP, name=name):
        owner = entry.dist.metadata["Name"] if entry.dist else "another distribution"
        raise RefusalError(
            f"{text!r} cannot name an extension: '{owner}' has one of that name."
            f" Take another one, or uninstall '{owner}'."
        )
