"""Who asks, found out from one request, and what they may do."""

from __future__ import annotations

from collections.abc import Collection

from flask import has_request_context, request, session
from stack_core.access import NOBODY, Identity
from stack_core.description import Description
from stack_core.filter import FALSE, TRUE, Filter, Is
from stack_core.problem import Denied, Problem

from .person import People, Person

SESSION = "doorkeeper"
_ENVIRON = "doorkeeper.visit"


class Unknown(Problem):
    """Nobody has said who they are, or what they showed is not known."""

    status = 401
    kind = "unknown-person"


class Visit:
    """What one request shows, and whoever shows it.

    :param scheme: ``bearer``, ``session`` or nothing.
    """

    def __init__(self, person: Person | None, scheme: str) -> None:
        self._person = person
        self.scheme = scheme
        self.identity = Identity(person.key, person.name) if person else NOBODY

    def allows(self, permission: str) -> bool:
        """Tell whether a permission is given."""
        return self._person is not None and self._person.may(permission)

    def scope(self, permission: str, description: Description) -> Filter:
        """Return their own rows, where rows have an owner."""
        if self._person is None:
            return FALSE
        if self._person.scoped and "owner" in description.by_name:
            return Is("owner", "eq", self._person.key)
        return TRUE

    def hidden(self, permission: str, description: Description) -> Collection[str]:
        """Return the fields that are not for them."""
        return self._person.find_hidden(description.kind) if self._person else ()

    def refusal(self, permission: str) -> Problem:
        """Return 401 for nobody, 403 for the others."""
        if self._person is not None:
            return Denied("You may not do this. Ask whoever runs this application.")
        error = ', error="invalid_token"' if self.scheme == "bearer" else ""
        return Unknown(
            "Nobody is known by what you showed. Sign in, or send a token.",
            headers={"WWW-Authenticate": f'Bearer realm="doorkeeper"{error}'},
        )


class Door:
    """Finds out who asks, once for each request.

    A token goes before a session, also a wrong one: otherwise what a page of another site sends
    with somebody's cookie could pass for a request with a token.

    :param prefix: the path under which one signs in.
    """

    def __init__(self, people: People, prefix: str) -> None:
        self.people = people
        self.prefix = prefix

    def access(self) -> Visit:
        """Return who makes the current request."""
        if not has_request_context():
            return Visit(None, "")
        found: Visit | None = request.environ.get(_ENVIRON)
        if found is None:
            found = request.environ[_ENVIRON] = self._look()
        return found

    def used(self, scheme: str) -> bool:
        """Tell whether the current request shows this."""
        return self.access().scheme == scheme

    def _look(self) -> Visit:
        header = request.headers.get("Authorization")
        if header is not None:
            kind, _, token = header.partition(" ")
            known = self.people.find_by_token(token) if kind.lower() == "bearer" else None
            return Visit(known, "bearer")
        shown = session.get(SESSION)
        person = self.people.find(shown.get("key")) if isinstance(shown, dict) else None
        return Visit(person, "session" if person else "")
