"""The problems in the document."""

from __future__ import annotations

from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator

Document = dict[str, Any]


def test_every_operation_tells_its_problems(document: Document) -> None:
    """Each has those of every operation; who needs a permission 401 and 403; a body four more."""
    for methods in document["paths"].values():
        for operation in methods.values():
            told = operation["responses"].keys()
            assert {"406", "500", "503"} <= told
            assert ({"401", "403"} <= told) is bool(operation["security"])
            assert ({"400", "413", "415", "422"} <= told) is ("requestBody" in operation)


def test_problem_of_an_application_is_told(document: Document) -> None:
    """A class of an application's own is told beside ours of the same status."""
    response = document["components"]["responses"]["409-conflict-key-in-use-no-size"]
    assert "`no-size`: There is no hat of that size." in response["description"]
    types = document["components"]["schemas"]["Problem"]["properties"]["type"]
    assert "/api/problems/no-size" in types["anyOf"][0]["enum"]


def test_problems_are_as_their_schema_says(app: Flask, document: Document) -> None:
    """What is answered fits the schema of problems."""
    client = app.test_client()
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    validator = Draft202012Validator(schema)
    bearer = {"Authorization": "Bearer ann"}
    for path, status, headers in (
        ("/api/hats/9", 404, bearer),
        ("/api/hats/1", 401, {}),
        ("/api/hats", 406, {"Accept": "image/png"}),
        ("/api/nowhere", 404, {}),
    ):
        answer = client.get(path, headers=headers)
        assert (path, answer.status_code) == (path, status)
        assert answer.content_type == "application/problem+json"
        validator.validate(answer.json)


def test_type_leads_somewhere(app: Flask, document: Document) -> None:
    """The address of every type that the document knows tells what the type means."""
    client = app.test_client()
    blank, *types = document["components"]["schemas"]["Problem"]["properties"]["type"]["anyOf"][0][
        "enum"
    ]
    assert blank == "about:blank"
    for address in types:
        told = client.get(address).json
        assert told is not None
        assert told["type"] == address
        assert told["detail"]
    listed = client.get("/api/problems").json
    assert listed is not None
    assert {each["type"] for each in listed["items"]} >= set(types)


def test_text_of_a_type_has_no_markup(app: Flask) -> None:
    """What is told of a type is for readers of JSON, not of the code."""
    assert "`" not in app.test_client().get("/api/problems").text


def test_unknown_type_leads_nowhere(app: Flask) -> None:
    """A word that no class has is not found."""
    answer = app.test_client().get("/api/problems/nonsense")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
