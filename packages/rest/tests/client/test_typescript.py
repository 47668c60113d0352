"""The text of the TypeScript client."""

from __future__ import annotations

from typing import Any

import pytest

from stack_rest import Rest
from stack_rest.client.naming import name_all, name_function, name_type, write_comment
from stack_rest.client.type_text import TypeText
from stack_rest.client.typescript import write_client
from stack_rest.document.document import make_document

from ..document.hats import make_hats


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({}, "unknown"),
        (False, "never"),
        ({"type": "integer"}, "number"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"enum": ["a", 1, None]}, '"a" | 1 | null'),
        ({"const": "a"}, '"a"'),
        ({"anyOf": [{"enum": ["a"]}, {"type": "string"}]}, '"a" | (string & {})'),
        ({"allOf": [{"$ref": "#/components/schemas/hat"}, {"type": "object"}]},
         "Hat & Record<string, unknown>"),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "(string | null)[]"),
        ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]},
         "[string, number]"),
        ({"type": "object", "additionalProperties": {"type": "null"}}, "Record<string, null>"),
        ({"type": "string", "contentMediaType": "image/png"}, "Blob"),
        ({"type": "object", "properties": {"a-b": {"type": "string"}}, "required": ["a-b"]},
         '{\n  "a-b": string;\n}'),
    ],
)  # fmt: skip
def test_schema_is_a_type(schema: Any, written: str) -> None:
    """Each word of a schema has its type."""
    assert TypeText({"hat": "Hat"}).write(schema) == written


def test_names_are_those_of_typescript() -> None:
    """What a document calls a thing becomes a name, and none is another's or the platform's."""
    assert name_type("hat_page-2") == "HatPage2"
    assert name_function("hat.list") == "hatList"
    assert name_type("2nd") == "_2nd"
    assert name_all(["P[Hat]", "P_Hat_", "Record", "Client"]) == {
        "P[Hat]": "PHat",
        "P_Hat_": "PHat2",
        "Record": "Record2",
        "Client": "Client2",
    }


def test_comment_does_not_end_early() -> None:
    """Text with the end of a comment in it stays within the comment."""
    assert write_comment(["a */ b"]) == "/** a *\\/ b */\n"


def test_client_is_the_same_each_time() -> None:
    """Two applications that do the same have the same client, to the byte."""
    texts = set()
    for _ in range(2):
        app = make_hats()
        texts.add(write_client(make_document(app, Rest.of(app))))
    assert len(texts) == 1


def test_title_cannot_end_the_comment() -> None:
    """A title of several lines stays in the comment at the head."""
    app = make_hats(REST_TITLE="Hats\nimport x")
    text = write_client(make_document(app, Rest.of(app)))
    assert text.splitlines()[0] == (
        "// Made by `flask rest client --lang typescript` of Hats import x, version 1;"
        " do not edit."
    )
