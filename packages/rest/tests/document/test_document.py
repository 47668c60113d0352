"""What the document tells of operations."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask import Flask

from stack_rest import Rest
from stack_rest.document.document import make_document
from stack_rest.operation.operation import PUBLIC, Answer, Contract, Parameter

from .conftest import Write
from .hats import make_operation

Document = dict[str, Any]


def test_every_operation_is_told(document: Document) -> None:
    """Each operation is at its path, places in braces, under its own name."""
    told = {
        (path, method): operation["operationId"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert told == {
        ("/api/hats", "get"): "hat.list",
        ("/api/hats", "post"): "hat.add",
        ("/api/hats/{key}", "get"): "hat.get",
        ("/api/hats/{key}", "delete"): "hat.remove",
        ("/api/hats/{key}/picture", "post"): "hat.picture",
    }


def test_info_is_of_the_settings(write: Write) -> None:
    """Title, version and description are settings."""
    info = write(REST_TITLE="Hats", REST_VERSION="3", REST_DESCRIPTION="All of them.")["info"]
    assert info == {"title": "Hats", "version": "3", "description": "All of them."}


def test_document_is_the_same_in_every_process(tmp_path: Path) -> None:
    """Two runs write the same bytes, whatever order hashes have."""
    here = Path(__file__).parent
    program = (
        "from hats import make_hats; from stack_rest import Rest;"
        "from stack_rest.document.document import make_document;"
        "from stack_rest.document.serving import write_json;"
        "app = make_hats(); print(write_json(make_document(app, Rest.of(app))))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=here,
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1


def test_operation_at_two_addresses_has_two_names(app: Flask) -> None:
    """Names are unique: the second address of an operation is numbered."""
    state = Rest.of(app)
    state.add(make_operation("/one"))
    app.add_url_rule("/api/two", endpoint="two", view_func=app.view_functions["stack_rest.more"])
    paths = make_document(app, state)["paths"]
    assert paths["/api/one"]["get"]["operationId"] == "more"
    assert paths["/api/two"]["get"]["operationId"] == "more_2"


def test_mount_is_the_server(app: Flask) -> None:
    """Below a proxy's path the server is that path, and the paths stay as they are."""
    answer = app.test_client().get("/api/openapi.json", base_url="http://localhost/shop")
    assert answer.json["servers"] == [{"url": "/shop"}]  # type: ignore[index]
    assert "/api/hats" in answer.json["paths"]  # type: ignore[index]


def test_deprecated_is_told(document: Document) -> None:
    """A deprecated operation is marked as one, and no other is."""
    marked = {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if operation.get("deprecated")
    }
    assert marked == {"hat.picture"}


def test_two_answers_of_a_status_are_one_response(write: Write) -> None:
    """Answers of one status that differ in media type are told together."""
    answers = (
        Answer(status=200, label="Numbers.", type=list[int]),
        Answer(status=200, label="Text.", type=str, media_types=("text/csv",)),
    )
    contract = Contract(summary="More", need=PUBLIC, answers=answers)
    response = write(make_operation(contract=contract))["paths"]["/api/more"]["get"]["responses"]
    assert list(response["200"]["content"]) == ["application/json", "text/csv"]


def test_no_component_is_without_use(document: Document) -> None:
    """What nothing refers to is left out, such as the struct of a form."""
    text = json.dumps(document)
    for kind in ("schemas", "responses", "headers"):
        for name in document["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text


def test_keyed_operation_takes_a_key(document: Document) -> None:
    """Where a key is taken, its header is a parameter and its problems are told."""
    told = document["paths"]["/api/hats"]["post"]
    assert [each["name"] for each in told["parameters"]] == ["Idempotency-Key"]
    assert told["responses"]["422"]["$ref"].endswith("422-invalid-key-reused")
    assert "Idempotency-Replayed" in told["responses"]["201"]["headers"]


def test_limits_are_told(document: Document) -> None:
    """A rate is in the description, in the headers and as 429; bodies say how long they may be."""
    told = document["paths"]["/api/hats"]["post"]
    assert "100 times in 60 seconds" in told["description"]
    assert {"RateLimit", "RateLimit-Policy"} <= told["responses"]["201"]["headers"].keys()
    assert set(document["components"]["responses"]["429-rate"]["headers"]) == {
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
    }
    assert told["requestBody"]["description"] == "The hat. At most 1048576 bytes."
    assert "429" not in document["paths"]["/api/hats"]["get"]["responses"]


def test_rate_of_the_settings_is_told_everywhere(write: Write) -> None:
    """Operations without a rate of their own have the settings'."""
    document = write(REST_RATE="10/second")
    assert all(
        "429" in operation["responses"]
        for methods in document["paths"].values()
        for operation in methods.values()
    )


def test_header_that_openapi_has_words_for_is_no_parameter(write: Write) -> None:
    """Accept, Content-Type and Authorization are told otherwise."""
    names = ("Accept", "Content-Type", "Authorization", "Prefer")
    contract = Contract(
        summary="More",
        need=PUBLIC,
        parameters=tuple(Parameter(name=name, where="header", type=str) for name in names),
        answers=(Answer(status=204, label="Nothing."),),
    )
    told = write(make_operation(contract=contract))["paths"]["/api/more"]["get"]["parameters"]
    assert [each["name"] for each in told] == ["Prefer"]


def test_operation_without_a_tag_is_listed_by_its_path(write: Write) -> None:
    """Where nobody says under which word, it is the first of the path below the prefix."""
    for rule, tag in (("/more/<it>", "more"), ("/<it>", "/"), ("/<it>/parts", "parts")):
        found = [
            operation["tags"]
            for methods in write(make_operation(rule))["paths"].values()
            for operation in methods.values()
            if operation["operationId"] == "more"
        ]
        assert found == [[tag]]
