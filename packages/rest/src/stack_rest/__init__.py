"""JSON resources from models and typed functions, with the document of what is enforced."""

from ._extension import Rest
from .settings import RestSettings
from .state import RestState

__all__ = ["Rest", "RestSettings", "RestState"]
