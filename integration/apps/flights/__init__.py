"""The flights that left New York City in 2013, to look through."""

from .views import blueprint

__all__ = ["blueprint"]
