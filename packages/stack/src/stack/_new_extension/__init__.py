"""``stack new-extension``: an extension to start from. It imports the standard library only."""

from ._cli import command

__all__ = ["command"]
