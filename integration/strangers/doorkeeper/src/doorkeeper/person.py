"""Whom the doorkeeper knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from hmac import compare_digest


def hash_token(token: str) -> str:
    """Return what is kept of a token; tokens are long and random, so no slow hash is needed."""
    return sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Person:
    """One person.

    :param token_hash: of the token that they show; see :func:`hash_token`.
    :param permissions: such as ``note.read``, ``note.*`` or ``*``.
    :param hidden: fields that are not for them, such as ``note.remark``.
    :param scoped: they meet only rows whose ``owner`` they are.
    """

    key: str
    name: str
    token_hash: str
    permissions: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    scoped: bool = True

    def may(self, permission: str) -> bool:
        """Tell whether a permission is given."""
        return any(fnmatchcase(permission, each) for each in self.permissions)

    def find_hidden(self, kind: str) -> frozenset[str]:
        """Return the names of the fields of one kind that are not for them."""
        pairs = (each.partition(".") for each in self.hidden)
        return frozenset(name for word, _, name in pairs if word == kind)


class People:
    """Everybody whom the doorkeeper knows."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = {person.key: person for person in people}

    def __len__(self) -> int:
        return len(self._people)

    def find(self, key: object) -> Person | None:
        """Return the person with a key."""
        return self._people.get(key) if isinstance(key, str) else None

    def find_by_token(self, token: str) -> Person | None:
        """Return the person with a token; every token is compared, for the time it takes."""
        shown = hash_token(token)
        found = [p for p in self._people.values() if compare_digest(p.token_hash, shown)]
        return found[0] if found else None
