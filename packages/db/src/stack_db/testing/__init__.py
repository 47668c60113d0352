"""pytest fixtures for applications with a database; stack-testing's plugin loads them."""

from .budget import Budget, Statement
from .fixtures import (
    database,
    database_schema,
    db_session,
    live_database,
    pytest_sessionfinish,
    pytest_stack_app,
    query_budget,
)
from .twin import TwinError

__all__ = [
    "Budget",
    "Statement",
    "TwinError",
    "database",
    "database_schema",
    "db_session",
    "live_database",
    "pytest_sessionfinish",
    "pytest_stack_app",
    "query_budget",
]
