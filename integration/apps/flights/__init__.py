"""The flights that left New York City in 2013, to look through."""

from . import api
from .views import blueprint

__all__ = ["api", "blueprint"]
