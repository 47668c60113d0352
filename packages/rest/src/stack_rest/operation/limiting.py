"""Refusing whoever calls more often than a rate says."""

from __future__ import annotations

from functools import partial

from flask import Flask, Response, after_this_request

from stack_core.keep import KeepUnavailable, get_keep

from ..http.caller import name_caller
from ..http.limit import Limit, wait
from ..http.rate import Rate
from ..problem.catalogue import TooMany
from .operation import Operation

WHOLE = "default"
"""The name of the one count of all operations without a rate of their own."""


class RateGuard:
    """Counts the calls of each client in the application's keep, in fixed windows.

    :param rate: of all operations that have none of their own, together.
    """

    def __init__(self, app: Flask, rate: Rate | None) -> None:
        self._app = app
        self._whole = Limit(WHOLE, rate) if rate is not None else None
        self._own: dict[str, Limit] = {}

    def fits(self, operation: Operation) -> bool:
        """Tell whether anything limits the operation."""
        return self._find_limit(operation) is not None

    def check(self, operation: Operation) -> None:
        """Count this call, and have the answer say what is left.

        A keep that is down limits nobody: the limit is there to keep the interface up.

        :raises TooMany: it was one too many.
        """
        limit = self._find_limit(operation)
        if limit is None:
            return
        key = f"rest:rate:{limit.key}|{name_caller(self._app)}"
        try:
            count = get_keep(self._app).increment(key, ttl=limit.rate.seconds)
        except KeepUnavailable as error:
            self._app.logger.warning("A call of %s is not limited: %s", operation.name, error)
            return
        after_this_request(partial(_tell, limit.describe(count)))
        if count.value > limit.rate.calls:
            raise _refuse(limit, wait(count))

    def _find_limit(self, operation: Operation) -> Limit | None:
        if operation.rate is None:
            return self._whole
        if operation.name not in self._own:
            self._own[operation.name] = Limit(operation.name, operation.rate)
        return self._own[operation.name]


def _tell(headers: tuple[tuple[str, str], ...], response: Response) -> Response:
    for name, value in headers:
        response.headers[name] = value
    return response


def _refuse(limit: Limit, seconds: int) -> TooMany:
    return TooMany(
        f"More than {limit.rate} were called. Come again in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )
