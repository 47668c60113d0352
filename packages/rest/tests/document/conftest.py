"""The hats, as applications and as documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from stack_rest import Rest
from stack_rest.document.document import make_document
from stack_rest.operation.operation import Operation

from .hats import make_hats

Write = Callable[..., dict[str, Any]]


@pytest.fixture
def app() -> Flask:
    """The hats with a token."""
    return make_hats()


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    """The document of the hats."""
    return make_document(app, Rest.of(app))


@pytest.fixture
def write() -> Write:
    """Write the document of the hats with more operations, or other settings."""

    def write(*more: Operation, **words: Any) -> dict[str, Any]:
        app = make_hats(*more, **words)
        return make_document(app, Rest.of(app))

    return write
