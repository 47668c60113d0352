"""JSON resources from models and typed functions, with the document of what is enforced."""

from ._extension import Rest
from .endpoint.source import Body, Cookie, Form, Header, Query
from .settings import RestSettings
from .state import RestState

__all__ = ["Body", "Cookie", "Form", "Header", "Query", "Rest", "RestSettings", "RestState"]
