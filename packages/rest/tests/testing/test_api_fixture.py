"""The fixture that holds every answer against the document."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

WSGI = """
    import json
    from typing import Any

    import msgspec
    from flask import Flask, Response
    from stack_rest import Rest
    from stack_rest.http.media_type import JSON
    from stack_rest.operation.operation import PUBLIC, Answer, Contract, Operation


    class Hat(msgspec.Struct):
        name: str
        pieces: int


    def serve(name: str, body: Any, status: int = 200, media_type: str = JSON) -> Operation:
        contract = Contract(
            summary=name, need=PUBLIC, answers=(Answer(status=200, label="Hats.", type=list[Hat]),)
        )

        def run() -> Response:
            return Response(json.dumps(body), status, content_type=media_type)

        return Operation(
            name=name, method="GET", rule=f"/{name}", run=run, find_contract=lambda: contract,
            need=PUBLIC,
        )


    app = Flask("hats")
    app.config.update(TESTING=True, SECRET_KEY="hats")
    Rest().init_app(app)
    state = Rest.of(app)
    for operation in (
        serve("right", [{"name": "Fez", "pieces": 1}]),
        serve("wrong", [{"name": "Fez", "pieces": "one"}]),
        serve("status", [], 202),
        serve("media", [], media_type="application/xml"),
    ):
        state.add(operation)
    app.add_url_rule("/api/bare", view_func=lambda: "no operation", endpoint="bare")
    app.add_url_rule("/beside", view_func=lambda: "beside", endpoint="beside")
"""
TESTS = """
    def test_right(api):
        assert api.get("/api/right").json[0]["name"] == "Fez"
        assert api.head("/api/right").status_code == 200
        assert api.options("/api/right").status_code == 200
        assert api.get("/api/right", headers={"Accept": "image/png"}).status_code == 406
        assert api.get("/api/openapi.json").status_code == 200
        assert api.get("/api/nowhere").status_code == 404
        assert api.post("/api/right").status_code == 405
        assert api.get("/beside").text == "beside"

    def test_wrong(api):
        api.get("/api/wrong")

    def test_status(api):
        api.get("/api/status")

    def test_media(api):
        api.get("/api/media")

    def test_bare(api):
        api.get("/api/bare")
"""


def test_answer_is_held_against_the_document(run: Run) -> None:
    """What the document tells of passes; all else fails, with operation, pointer and rule."""
    result = run("test_hats.py", ini="stack_app = wsgi:app", wsgi=WSGI, test_hats=TESTS)
    result.assert_outcomes(passed=1, failed=4)
    said = result.stdout.str()
    place = "#/paths/~1api~1wrong/get/responses/200/content/application~1json/schema"
    assert "wrong (GET /api/wrong) answered 200 with a wrong value at '/0/pieces'" in said
    assert f"(rule 'type' of {place}" in said
    assert "status (GET /api/status) answered 202; the document knows 200, 406, 500, 503." in said
    assert "media (GET /api/media) answered 200 as 'application/xml'" in said
    assert "GET /api/bare is not in the document." in said


def test_missing_library_is_said(run: Run) -> None:
    """Without jsonschema the fixture says what to install."""
    conftest = """
        import sys
        sys.modules["jsonschema"] = None
    """
    result = run(
        "test_hats.py", ini="stack_app = wsgi:app", wsgi=WSGI, test_hats=TESTS, conftest=conftest
    )
    assert "Run python -m pip install jsonschema" in result.stdout.str()
