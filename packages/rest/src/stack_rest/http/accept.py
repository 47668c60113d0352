"""What the client takes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from ..problem.catalogue import Unacceptable

LONGEST = 1000
"""Characters of the header that are read: werkzeug's time grows with the square of its blanks."""


def choose_media_type(offered: Sequence[str]) -> str:
    """Return which of several media types the client likes best; the first among equals.

    :param offered: none where that is not known beforehand, or where no body is answered.

    :raises Unacceptable: it takes none of them.
    """
    if not offered:
        return ""
    header = request.environ.get("HTTP_ACCEPT", "")
    if not header or header == "*/*" or header == offered[0]:
        return offered[0]
    accept = parse_accept_header(header[:LONGEST], MIMEAccept)
    found: str | None = accept.best_match(offered)
    if found is None:
        names = ", ".join(repr(each) for each in offered)
        raise Unacceptable(f"What is answered here is {names}. Name it in 'Accept'.")
    return found
