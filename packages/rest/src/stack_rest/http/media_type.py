"""The media types that are sent and answered, each written once."""

from __future__ import annotations

JSON = "application/json"
MERGE = "application/merge-patch+json"
CSV = "text/csv"
LINES = "application/jsonl"
ND_LINES = "application/x-ndjson"
BY_LINE = (LINES, ND_LINES, "application/x-jsonlines")
"""Those with one JSON text on each line: the first is what is answered, the others its elders."""
BYTES = "application/octet-stream"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def is_json(media_type: str) -> bool:
    """Tell whether a media type is one JSON text."""
    return media_type == JSON or media_type.endswith("+json")


def is_form(media_type: str) -> bool:
    """Tell whether a media type is that of a form."""
    return media_type in (MULTIPART, URLENCODED)
