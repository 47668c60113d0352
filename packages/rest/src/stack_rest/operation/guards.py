"""What is asked before an operation runs."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, request

from stack_core.access import find_access

from ..http.origin import Origins
from ..http.scheme import Scheme
from ..problem.catalogue import Forged
from .operation import Operation


class AccessGuard:
    """Asks core's access for what an operation needs."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def fits(self, operation: Operation) -> bool:
        """Tell whether the gate is to ask; a desk asks itself."""
        return operation.need is not None and not operation.need.public

    def check(self, operation: Operation) -> None:
        """Raise the refusal of whoever may not."""
        permission = operation.need.permission if operation.need else ""
        access = find_access(self._app)
        if permission:
            allowed = access.allows(permission)
        else:
            allowed = access.identity.kind != "nobody"
        if not allowed:
            raise access.refusal(permission)


class OriginGuard:
    """Refuses a browser's write that comes from a page of another site.

    It asks only where the request was let in by what browsers send by themselves.

    :param schemes: those of the application; they may come later.
    :param origins: other origins; the pages of those that may send cookies are not refused.
    """

    def __init__(self, schemes: Sequence[Scheme], origins: Origins) -> None:
        self._schemes = schemes
        self._origins = origins

    def fits(self, operation: Operation) -> bool:
        """Tell whether the operation changes anything."""
        return not operation.safe

    def check(self, operation: Operation) -> None:
        """Raise unless the write comes from a page that may.

        :raises Forged: it does not, or nothing says where it comes from.
        """
        for scheme in self._schemes:
            if scheme.cookie and scheme.used():
                self._check_origin(scheme)

    def _check_origin(self, scheme: Scheme) -> None:
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if not (self._origins.trusts(origin or "") or _is_from_here(site, origin)):
            raise Forged("This write comes from a page of another site. It was not made.")
        if scheme.check_token is not None:
            scheme.check_token()
        elif site is None and not origin:
            raise Forged(
                "Nothing says which page this write comes from. Send 'Origin', or a token in"
                " 'Authorization' in place of the cookie."
            )


def _is_from_here(site: str | None, origin: str | None) -> bool:
    """Tell whether nothing says that a request comes from elsewhere."""
    if site not in (None, "same-origin", "none"):
        return False
    return not origin or _is_own(origin)


def _is_own(origin: str) -> bool:
    """Tell whether an origin is this application's own, as the client reached it."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc) == (request.scheme, request.host)
