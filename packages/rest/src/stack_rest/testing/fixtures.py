"""The fixture: a client that holds every answer against the document."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from .._extension import Rest
from ..document.document import make_document
from .holding import Holder
from .judge import Judge


@pytest.fixture
def api(app: Flask, client: FlaskClient) -> FlaskClient:
    """A test client whose every answer under the prefix is held against the document.

    A status, a media type or a body that the document does not tell of fails the test; so does
    an address that it lacks. Requests beside the prefix are the plain client's.
    """
    state = Rest.of(app)
    judge = Judge(make_document(app, state))
    base = type(client)
    made = type(f"Holding{base.__name__}", (Holder, base), {"judge": judge, "state": state})
    holding: FlaskClient = made(app, app.response_class, use_cookies=True)
    return holding
