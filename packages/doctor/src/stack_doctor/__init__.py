"""The command ``stack``, which runs even where Flask cannot be imported."""

from ._cli import main

__all__ = ["main"]
