"""A curated set of Flask extensions that are tested together."""

from ._stack import Stack

__all__ = ["Stack"]
