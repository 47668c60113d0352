"""The token that a page of this application has, and a page of another site has not."""

from __future__ import annotations

from hmac import compare_digest
from secrets import token_urlsafe

from flask import current_app, request, session
from itsdangerous import BadSignature, URLSafeTimedSerializer
from stack_core.problem import Denied

from .access import SESSION

HEADER = "X-CSRF-Token"
MAX_AGE = 86_400
"""Seconds for which a token is good."""


def begin_session(key: str) -> None:
    """Forget whatever the session had, and let a person in."""
    session.clear()
    session[SESSION] = {"key": key, "nonce": token_urlsafe(16)}


def make_token() -> str:
    """Return a token of the current session."""
    made: str | bytes = _signer().dumps(session[SESSION]["nonce"])
    return made if isinstance(made, str) else made.decode()


def check_token() -> None:
    """Refuse a request without the token of its session.

    :raises Denied: it is missing, too old, or of another session.
    """
    try:
        nonce = _signer().loads(request.headers.get(HEADER, ""), max_age=MAX_AGE)
    except BadSignature:
        nonce = ""
    if not compare_digest(str(nonce), str(session.get(SESSION, {}).get("nonce", "-"))):
        raise Denied(f"The token against forgery is missing or old. Send {HEADER!r}.")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="doorkeeper")
