"""Who asks, found out from one request, and what they may do."""

from __future__ import annotations

from collections.abc import Collection
from hmac import compare_digest

from flask import has_request_context, request
from stack_core.access import NOBODY, Identity
from stack_core.description import Description
from stack_core.filter import FALSE, TRUE, Filter
from stack_core.problem import Denied, Problem

KNOWN = Identity("greeter", "Greeter", kind="token")


class Visit:
    """What one request shows.

    :param known: whether it is the token.
    :param shown: whether there is anything that could be one.
    """

    def __init__(self, *, known: bool, shown: bool) -> None:
        self.known = known
        self.shown = shown
        self.identity = KNOWN if known else NOBODY

    def allows(self, permission: str) -> bool:
        """Tell whether a permission is given: all or none."""
        return self.known

    def scope(self, permission: str, description: Description) -> Filter:
        """Return which rows it is for."""
        return TRUE if self.known else FALSE

    def hidden(self, permission: str, description: Description) -> Collection[str]:
        """Return the fields that are not for them: none."""
        return ()

    def refusal(self, permission: str) -> Problem:
        """Return 401 for whoever has not shown the token."""
        if self.known:
            return Denied("You may not do this. Ask whoever runs this application.")
        error = ', error="invalid_token"' if self.shown else ""
        challenge = f'Bearer realm="greeter"{error}'
        return Problem(
            "This needs the token of this application. Send it.",
            status=401,
            headers={"WWW-Authenticate": challenge},
        )


class Door:
    """Finds out who asks, once for each request.

    :param token: what whoever may do everything sends; empty: nobody may.
    """

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def access(self) -> Visit:
        """Return who makes the current request."""
        if not has_request_context():
            return Visit(known=False, shown=False)
        found: Visit | None = request.environ.get("greeter.visit")
        if found is None:
            found = request.environ["greeter.visit"] = self._look()
        return found

    def used(self) -> bool:
        """Tell whether the current request shows a token."""
        return self.access().shown

    def _look(self) -> Visit:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        shown = scheme.lower() == "bearer"
        same = compare_digest(token.encode(), self._token)
        return Visit(known=shown and same and bool(self._token), shown=shown)
