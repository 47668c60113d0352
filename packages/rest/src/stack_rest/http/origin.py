"""Whose pages may call from another origin."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

ANY = "*"
_PORTS = {"http": 80, "https": 443}


class Origins:
    """The origins that an application names.

    :param credentials: whether their pages may send cookies.
    """

    def __init__(self, named: Collection[str], *, credentials: bool) -> None:
        self.any = ANY in named
        self.credentials = credentials and not self.any
        self._named = frozenset(normalise(each) for each in named if each != ANY)

    def __bool__(self) -> bool:
        return self.any or bool(self._named)

    def allows(self, origin: str) -> bool:
        """Tell whether pages of an origin may read answers."""
        return self.any or origin in self._named

    def trusts(self, origin: str) -> bool:
        """Tell whether pages of an origin may also act as whoever is signed in."""
        return self.credentials and origin in self._named


def normalise(origin: str) -> str:
    """Return an origin as browsers write it: in small letters, without its usual port."""
    parts = urlsplit(origin.lower())
    usual = parts.port == _PORTS.get(parts.scheme)
    return f"{parts.scheme}://{parts.netloc.rpartition(':')[0] if usual else parts.netloc}"
