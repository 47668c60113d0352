"""Entity tags: the version of a row, and a hash of how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from flask import request
from werkzeug.http import parse_etags

from ..problem.catalogue import MatchRequired, NotMatched


def hash_shape(media_type: str, kind: str, fields: Sequence[str]) -> str:
    """Return the hash of a representation: equal versions that look different have two tags."""
    text = "\n".join((media_type, kind, *fields))
    return blake2b(text.encode(), digest_size=6).hexdigest()


def write_etag(version: str, shape: str) -> str:
    """Return the tag, in its quotes."""
    return f'"{version}-{shape}"'


def is_known(etag: str) -> bool:
    """Tell whether the client says that it has this already."""
    header = request.environ.get("HTTP_IF_NONE_MATCH")
    return header is not None and parse_etags(header).contains_weak(etag.strip('"'))


def read_match(*, required: bool) -> tuple[str, ...] | None:
    """Return the versions that a change may be made to; None: any.

    How they were shown does not matter: a change is made to the row.

    :param required: the client must say one.
    :raises MatchRequired: it says none.
    :raises NotMatched: what it says are no tags of rows.
    """
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
    etags = parse_etags(header)
    if etags.star_tag:
        return None
    found = {tag.rpartition("-")[0] or tag for tag in etags.as_set()} - {""}
    if not found:
        raise NotMatched("'If-Match' names no version of this. Read it again.")
    return tuple(sorted(found))
