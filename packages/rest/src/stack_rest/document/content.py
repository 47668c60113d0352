"""Bodies: what is sent and what is answered, for every media type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..http.media_type import BY_LINE, is_form, is_json
from ..operation.operation import Answer, Body, Contract
from .headers import refer_headers
from .schemas import Schemas
from .walking import Schema

ITEM = "x-itemSchema"
"""What one line of JSON Lines is."""


def write_body(body: Body, schemas: Schemas, limit: int) -> dict[str, Any]:
    """Return what an operation reads.

    :param limit: the most bytes of it, files and all.
    """
    return {
        "description": " ".join(filter(None, [body.label, f"At most {limit} bytes."])),
        "required": body.required,
        "content": {
            name: {"schema": _choose_sent(name, body, schemas)} for name in body.media_types
        },
    }


def _choose_sent(media_type: str, body: Body, schemas: Schemas) -> Schema:
    if is_form(media_type):
        return schemas.get_parts(body.type)
    if is_json(media_type):
        return schemas.get_sent(body.type)
    return _write_plain(media_type)


def write_answers(
    answers: Iterable[Answer], schemas: Schemas, headers: Sequence[str]
) -> dict[str, Any]:
    """Return the responses of an operation that are no problems, by status.

    :param headers: names of those that every one of them has.
    """
    written: dict[str, Any] = {}
    for answer in sorted(answers, key=lambda each: each.status):
        made = _write_answer(answer, schemas, headers)
        before = written.setdefault(str(answer.status), made)
        if before is not made:  # another answer of the same status
            before.setdefault("content", {}).update(made.get("content", {}))
    return written


def _write_answer(answer: Answer, schemas: Schemas, headers: Sequence[str]) -> dict[str, Any]:
    written: dict[str, Any] = {"description": answer.label}
    if names := (*answer.headers, *headers):
        written["headers"] = refer_headers(names)
    if answer.type is not None:
        schema = schemas.get(answer.type)
        written["content"] = {
            name: _write_content(name, answer.type, schema) for name in answer.media_types
        }
    return written


def _write_content(media_type: str, cls: Any, schema: Schema) -> dict[str, Any]:
    if is_json(media_type):
        return {"schema": schema}
    written: dict[str, Any] = {"schema": _write_plain(media_type)}
    if media_type in BY_LINE and cls is not str:
        # OpenAPI 3.2 has a word for it; those who read 3.1 pass over this one.
        written[ITEM] = schema
    return written


def _write_plain(media_type: str) -> Schema:
    """Return the schema of what is no JSON: text, or bytes."""
    if media_type.startswith("text/") or media_type in BY_LINE:
        return {"type": "string"}
    return {"type": "string", "format": "binary", "contentMediaType": media_type}


def list_sent(contract: Contract) -> Iterator[Any]:
    """Yield the type of what an operation reads."""
    if contract.body is not None:
        yield contract.body.type


def list_answered(contract: Contract) -> Iterator[Any]:
    """Yield the types of what an operation answers."""
    yield from (each.type for each in contract.answers if each.type is not None)
