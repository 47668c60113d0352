"""pytest fixtures for applications with an interface; stack-testing's plugin loads them."""

from .fixtures import api

__all__ = ["api"]
