"""Running an operation once for each ``Idempotency-Key``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from stack_core.keep import Keep, KeepUnavailable, get_keep
from stack_core.problem import Unavailable

from ..http.caller import name_caller
from ..http.idempotency import (
    HEADER,
    RUNNING,
    Kept,
    keep_answer,
    read_kept,
    read_key,
    take_fingerprint,
)
from ..problem.catalogue import InUse, KeyReused
from .operation import Operation

PATIENCE = 60.0
"""Seconds for which a request may run before its key is free again, as after a crash."""
_AGAIN = {"Retry-After": "1"}


class KeyWrapper:
    """Answers a repeated request with what was answered to the first.

    What it promises ends with what the keep knows: a worker that dies between the commit and the
    answer leaves a key that is free again after :data:`PATIENCE`.

    :param ttl: seconds for which an answer is kept.
    :param limit: the most bytes of a body, where the operation says no other.
    """

    def __init__(self, app: Flask, *, ttl: float, limit: int) -> None:
        self._app = app
        self._ttl = ttl
        self._limit = limit

    def fits(self, operation: Operation) -> bool:
        """Tell whether the operation takes keys."""
        return operation.keyed

    def wrap(self, operation: Operation, run: Callable[..., Any]) -> Callable[..., Any]:
        """Return what runs the operation once for each key; without a key, each time."""

        limit = operation.body_limit or self._limit

        def run_once(**values: Any) -> Any:
            text = request.headers.get(HEADER)
            if text is None:
                return run(**values)
            place = f"rest:key:{operation.name}|{len(key := read_key(text))}:{key}"
            place += f"|{name_caller(self._app)}"
            attempt = Attempt(self._app, place, take_fingerprint(limit))
            before = attempt.begin()
            return self._run(attempt, run, values) if before is None else before

        return run_once

    def _run(self, attempt: Attempt, run: Callable[..., Any], values: dict[str, Any]) -> Response:
        try:
            answer = self._app.make_response(run(**values))
        except BaseException:
            attempt.forget()
            raise
        # An error has changed nothing: whoever comes again may have more luck.
        if answer.status_code >= 400:
            attempt.forget()
        else:
            attempt.remember(answer, self._ttl)
        return answer


class Attempt:
    """One request with a key.

    :param place: where the keep has what is known of the key.
    :param fingerprint: of the request.
    """

    def __init__(self, app: Flask, place: str, fingerprint: bytes) -> None:
        self._app = app
        self._place = place
        self._fingerprint = fingerprint
        self._keep: Keep = get_keep(app)

    def begin(self) -> Response | None:
        """Take the key, or return what was answered to it.

        :raises InUse: the first request is not answered yet.
        :raises KeyReused: the key came with another request.
        :raises Unavailable: the keep is down, so that nobody knows.
        """
        try:
            mark = Kept(self._fingerprint).encode()
            if self._keep.add(self._place, mark, ttl=PATIENCE):
                return None
            found = self._keep.get(self._place)
        except KeepUnavailable as error:
            self._app.logger.warning("A request with a key is refused: %s", error)
            raise Unavailable(
                "Whether this was done before is not known now. Come again.", headers=_AGAIN
            ) from None
        return self._compare(found)

    def remember(self, answer: Response, ttl: float) -> None:
        """Keep the answer; where that fails, the key is free again after a while."""
        kept = keep_answer(self._fingerprint, answer).encode()
        try:
            self._keep.put(self._place, kept, ttl=ttl)
        except KeepUnavailable as error:
            self._app.logger.warning("An answer to a key is not kept: %s", error)

    def forget(self) -> None:
        """Free the key."""
        try:
            self._keep.delete(self._place)
        except KeepUnavailable as error:
            self._app.logger.warning("A key is not freed: %s", error)

    def _compare(self, found: bytes | None) -> Response | None:
        kept = None if found is None else read_kept(found)
        if kept is not None and kept.fingerprint != self._fingerprint:
            raise KeyReused(f"This {HEADER!r} came with another request. Make a new one.")
        if kept is None or kept.status == RUNNING:
            raise InUse("The first request with this key still runs. Come again.", headers=_AGAIN)
        return kept.answer()
