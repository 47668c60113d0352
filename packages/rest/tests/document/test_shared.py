"""Parameters that several operations have stand once in the document."""

from __future__ import annotations

import json
from typing import Any

from stack_rest.document.shared import SharedParameters, find_parameters


def make(name: str, schema: str = "string", where: str = "query") -> dict[str, Any]:
    return {"name": name, "in": where, "required": False, "schema": {"type": schema}}


def share(*operations: tuple[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return a document with one operation for each word and its parameters."""
    paths = {
        f"/{number}": {"get": {"tags": [word], "parameters": [dict(each) for each in parameters]}}
        for number, (word, parameters) in enumerate(operations)
    }
    return {"paths": paths, "components": {"parameters": SharedParameters(paths).written}}


def test_parameter_of_several_operations_is_referred_to() -> None:
    """What stands twice is a component, what stands once stays where it is."""
    document = share(("hat", [make("limit"), make("size")]), ("team", [make("limit")]))
    assert document["components"]["parameters"] == {"limit": make("limit")}
    told = document["paths"]["/0"]["get"]["parameters"]
    assert told == [{"$ref": "#/components/parameters/limit"}, make("size")]
    assert document["paths"]["/1"]["get"]["parameters"] == told[:1]


def test_parameters_of_one_name_are_told_apart() -> None:
    """Where a name means two things the operation's word stands in front of it."""
    other = make("limit", "integer")
    document = share(
        ("hat", [make("limit")]), ("hat", [make("limit")]), ("team", [other]), ("team", [other])
    )
    assert list(document["components"]["parameters"]) == ["hat.limit", "team.limit"]


def test_parameters_of_one_name_and_word_are_numbered() -> None:
    """In a header and in the query of operations with one word are two parameters."""
    both = [make("key"), make("key", where="header")]
    document = share(("hat", both), ("hat", both))
    assert list(document["components"]["parameters"]) == ["hat.key", "hat.key.2"]


def test_name_is_one_of_a_component() -> None:
    """Brackets and slashes are not for names of components."""
    document = share(("a/b", [make("price[ge]")]), ("c", [make("price[ge]")]))
    assert list(document["components"]["parameters"]) == ["price.ge"]


def test_parameters_are_found_through_references() -> None:
    """Whoever reads the document has the parameters as they were."""
    parameters = [make("limit"), make("size")]
    document = share(("hat", parameters), ("team", [make("limit")]))
    assert find_parameters(document, document["paths"]["/0"]["get"]) == parameters
    assert find_parameters(document, {}) == []


def test_document_of_an_application(document: dict[str, Any]) -> None:
    """No parameter is written twice, and every reference leads to one."""
    found = [
        each
        for methods in document["paths"].values()
        for operation in methods.values()
        for each in operation.get("parameters", ())
    ]
    written = [json.dumps(each) for each in found if "$ref" not in each]
    assert len(written) == len(set(written))
    names = {each["$ref"].rpartition("/")[2] for each in found if "$ref" in each}
    assert names == document["components"]["parameters"].keys()
