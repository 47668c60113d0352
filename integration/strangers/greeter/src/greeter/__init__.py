"""Greeter, an extension for Flask applications of stack."""

from ._extension import Greeter
from .settings import GreeterSettings
from .state import State

__all__ = ["Greeter", "GreeterSettings", "State"]
