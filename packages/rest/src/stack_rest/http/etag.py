"""Entity tags: the version of a row, and a hash of what is shown of it."""

from __future__ import annotations

from hashlib import blake2b

from flask import request
from werkzeug.http import parse_etags
from werkzeug.wrappers import Response

from ..problem.catalogue import MatchRequired, NotMatched

LONGEST = 4000
"""Characters of a header that is read: before 3.1.9 werkzeug's time grows with their square."""
_NAMES = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")
_ANY_VERSION = ("HTTP_IF_MATCH", "*")


def write_etag(version: str, body: bytes) -> str:
    """Return the tag, in its quotes.

    What is shown may change without the version: a relation reads as None where its row is
    hidden or gone, and fields may be computed.
    """
    return f'"{version}-{blake2b(body, digest_size=6).hexdigest()}"'


def is_known(etag: str) -> bool:
    """Tell whether the client, who reads, says that it has this already."""
    header = request.environ.get("HTTP_IF_NONE_MATCH")
    if header is None or len(header) > LONGEST or request.method not in ("GET", "HEAD"):
        return False
    return parse_etags(header).contains_weak(etag.strip('"'))


def hold_conditions(answer: Response) -> Response:
    """Return what is answered to who has, or wants, a version: the answer, or that it is theirs.

    :raises NotMatched: ``If-Match`` does not hold; werkzeug would send the body all the same.
    """
    environ = dict(request.environ)
    for name in _NAMES:
        # werkzeug takes '*', which is any version, for the tag of none.
        if (name, environ.get(name)) == _ANY_VERSION or len(environ.get(name, "")) > LONGEST:
            del environ[name]
    held = answer.make_conditional(environ)
    if held.status_code == NotMatched.status:
        held.close()
        raise NotMatched("What is here is another version. Read it again.")
    return held


def read_match(*, required: bool) -> tuple[str, ...] | None:
    """Return the versions that a change may be made to; None: any.

    How they were shown does not matter: a change is made to the row.

    :param required: the client must say one.
    :raises MatchRequired: it says none.
    :raises NotMatched: what it says are no tags of rows, or it has ``If-None-Match``.
    """
    if "HTTP_IF_NONE_MATCH" in request.environ:
        raise NotMatched("'If-None-Match' is for reading. Send 'If-Match' to change this.")
    header = request.environ.get("HTTP_IF_MATCH")
    if header is None:
        if required:
            raise MatchRequired(
                "This has versions. Send the 'ETag' that you have read in 'If-Match', or '*'"
                " to change it whatever it is now."
            )
        return None
    return read_versions(header)


def read_versions(header: str) -> tuple[str, ...] | None:
    """Return the versions that tags are of; None: any. A tag may be the mere version.

    :raises NotMatched: none of them is a tag of a row.
    """
    if len(header) > LONGEST:
        raise NotMatched(f"'If-Match' has more than {LONGEST} characters. Send one tag.")
    etags = parse_etags(header)
    if etags.star_tag:
        return None
    # werkzeug has None for a tag that is empty.
    found = {tag.rpartition("-")[0] or tag for tag in etags.as_set() if tag}
    if not found:
        raise NotMatched("'If-Match' names no version of this. Read it again.")
    return tuple(sorted(found))
