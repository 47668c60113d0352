"""What an ``Idempotency-Key`` is, what request it came with, and what was answered.

The header is read as draft-ietf-httpapi-idempotency-key-header-07 has it.
"""

from __future__ import annotations

import re
from hashlib import sha256

import msgspec
from flask import Response, current_app, request

from stack_core.kept import MAX_VALUE

from ..problem.catalogue import BadKey
from .body import read_bytes
from .media_type import MULTIPART

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
LONGEST = 255
RUNNING = 0
"""The status of what has not been answered yet."""
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BARE = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~:/=-]+")
_NOT_KEPT = {"connection", "content-length", "date", "set-cookie", "transfer-encoding"}
"""They belong to one moment, or to one browser."""
_CONTENT = ("content-", "transfer-")


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """What is kept under a key.

    :param fingerprint: of the request.
    :param body: of the answer; None: too large, secret, or sent as it was made.
    """

    fingerprint: bytes
    status: int = RUNNING
    headers: list[tuple[str, str]] = []
    body: bytes | None = None

    def encode(self) -> bytes:
        """Return it as bytes that a keep takes, without a body that is too large for one."""
        written = msgspec.msgpack.encode(self)
        if len(written) > MAX_VALUE:
            return msgspec.msgpack.encode(msgspec.structs.replace(self, body=None))
        return written

    def answer(self) -> Response:
        """Return the answer once more; where its body is not there, that it was done."""
        status, headers = self.status, self.headers
        if self.body is None:
            status = 204
            headers = [each for each in headers if not each[0].lower().startswith(_CONTENT)]
        answer = current_app.response_class(self.body or b"", status)
        answer.headers.clear()
        answer.headers.extend(headers)
        answer.headers[REPLAYED] = "true"
        return answer


def read_kept(value: bytes) -> Kept:
    """Return what was encoded."""
    return msgspec.msgpack.decode(value, type=Kept)


def keep_answer(fingerprint: bytes, answer: Response) -> Kept:
    """Return what is kept of an answer.

    Of one that says itself that nobody may store it, that is only that it was done.
    """
    if "no-store" in answer.headers.get("Cache-Control", ""):
        return Kept(fingerprint, answer.status_code)
    headers = [each for each in answer.headers if each[0].lower() not in _NOT_KEPT]
    sent_as_made = answer.is_streamed or answer.direct_passthrough
    body = None if sent_as_made else answer.get_data()
    return Kept(fingerprint, answer.status_code, headers, body)


def read_key(text: str) -> str:
    """Return the key that a header has: a string of Structured Fields, or a bare word.

    :raises BadKey: it has none, or one that is empty or too long.
    """
    if (quoted := _QUOTED.fullmatch(text)) is not None:
        key = re.sub(r"\\(.)", r"\1", quoted[1])
    else:
        key = text if _BARE.fullmatch(text) else ""
    if not 0 < len(key) <= LONGEST:
        raise BadKey(
            f"{HEADER!r} is no key. Send 1 to {LONGEST} visible characters in quotes, such as a"
            " UUID."
        )
    return key


def take_fingerprint(limit: int) -> bytes:
    """Return what tells this request from another one.

    Of a form with files only the media type counts: its boundary is another each time.

    :param limit: the most bytes of a body.
    :raises TooLarge: there are more.
    """
    media_type = request.mimetype
    body = b"" if media_type == MULTIPART else read_bytes(limit, cache=True)
    parts = (request.method.encode(), request.path.encode(), request.query_string)
    told = b"".join(b"%d:%s" % (len(each), each) for each in (*parts, media_type.encode(), body))
    return sha256(told).digest()
