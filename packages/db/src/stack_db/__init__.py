"""Flask-SQLAlchemy with safe defaults, migrations and SQLAlchemy 2.1."""

from ._extension import DatabaseExtension, DatabaseState
from .database import Database
from .instant import Instant, now
from .retrying import retry
from .settings import DatabaseSettings
from .timeouts import time_limit

__all__ = [
    "Database",
    "DatabaseExtension",
    "DatabaseSettings",
    "DatabaseState",
    "Instant",
    "now",
    "retry",
    "time_limit",
]
