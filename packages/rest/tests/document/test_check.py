"""The application held against its document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup

from stack_core import Finding
from stack_core.checking import check_app
from stack_rest import Rest
from stack_rest.document.check import check_document
from stack_rest.document.schema_faults import find_faults
from stack_rest.operation.operation import PUBLIC, SIGNED_IN, Answer, Contract, Need

from .hats import make_hats, make_operation

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``flask rest …`` on the hats."""
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")  # Flask sets it and leaves it

    def run(*args: str) -> Result:
        group = FlaskGroup(create_app=lambda: app, set_debug_flag=False)
        return CliRunner().invoke(group, ["rest", *args])

    return run


def findings(app: Flask) -> dict[str, Finding]:
    """Return what the check finds, by id."""
    return {each.id: each for each in check_document(app, Rest.of(app))}


def test_hats_are_as_told(app: Flask) -> None:
    """Of an application that is all right nothing is found."""
    assert findings(app) == {}


def test_view_that_is_no_operation_is_found(app: Flask, run: Run) -> None:
    """A view under the prefix that the document lacks is named; one beside it is not."""
    app.add_url_rule("/api/secret/<int:key>", endpoint="secret", view_func=lambda key: "")
    app.add_url_rule("/apiary", endpoint="bees", view_func=lambda: "")
    assert (
        "GET /api/secret/{key} is served by 'secret'" in findings(app)["rest.undocumented"].message
    )
    done = run("check")
    assert done.exit_code == 1
    assert "rest.undocumented" in done.output
    assert "apiary" not in done.output


def test_operation_without_an_address_is_found(app: Flask) -> None:
    """An operation that was noted and is served nowhere is named."""
    Rest.of(app).note(make_operation())
    assert "'more' has no address" in findings(app)["rest.unserved"].message


def test_two_operations_at_one_address_are_found() -> None:
    """Of two operations at one address only the first is ever run."""
    app = make_hats(make_operation("/hats", name="hat.again"))
    assert "2 operations are at GET /api/hats" in findings(app)["rest.address-twice"].message


def test_function_in_place_of_the_document_is_found() -> None:
    """A function beneath a route of Flask's own may stand where the interface tells of itself."""
    app = Flask("shop")
    app.config.from_mapping(TESTING=True, SECRET_KEY="shop")
    rest = Rest()

    @app.get("/api/problems/<word>")
    @rest.endpoint(public=True)
    def show(word: str) -> str:
        return word

    rest.init_app(app)
    found = findings(app)["rest.address-taken"]
    assert (found.severity, "/api/problems/{word}" in found.message) == ("error", True)


def test_need_that_is_not_held_is_found() -> None:
    """A document that says less than what is asked for, or more, is wrong."""
    contract = Contract(summary="More", need=PUBLIC, answers=(Answer(status=204, label="No."),))
    app = make_hats(make_operation(contract=contract, need=Need(permission="hat.read")))
    said = findings(app)["rest.need-differs"].message
    assert "that it needs nothing, and what is asked for is 'hat.read'" in said


def test_nobody_who_could_be_let_in_is_found() -> None:
    """Operations that need somebody, where nothing lets anybody in, are a warning."""
    found = findings(make_hats(scheme=False))["rest.nobody-let-in"]
    assert found.severity == "warning"
    assert "4 of its operations ask for, such as 'hat.add'" in found.message


def test_document_that_cannot_be_made_is_found() -> None:
    """What keeps the document from being made is said, and nothing else fails."""

    class Strange:
        """Of what msgspec knows nothing, and yet describes."""

    contract = Contract(
        summary="More", need=SIGNED_IN, answers=(Answer(status=200, label="?", type={1: Strange}),)
    )
    app = make_hats(make_operation(contract=contract))
    assert "cannot be made (" in findings(app)["rest.no-document"].message


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"$ref": "#/components/schemas/Nothing"}, "leads nowhere"),
        ({"type": "text"}, "'text' is no type"),
        ({"type": ["null", "decimal"]}, "'decimal' is no type"),
        ({"enum": []}, "'enum' is no list of values"),
        ({"minLength": -1}, "'minLength' is no count"),
        ({"minimum": "1"}, "'minimum' is no number"),
        ({"minimum": 2, "maximum": 1}, "so that nothing fits"),
        ({"pattern": "("}, "is no regular expression"),
        ({"required": ["a", "a"]}, "names a property twice"),
        ({"properties": {"a/b": {"type": "text"}}}, "'text' is no type"),
        ({"anyOf": [{"items": {"type": "text"}}]}, "'text' is no type"),
        ("string", "a schema is an object"),
    ],
)
def test_wrong_schema_is_found(schema: Any, fault: str) -> None:
    """What is no schema of JSON Schema is named, however deep it is."""
    document = {"components": {"schemas": {"Wrong": schema}}}
    ((where, said),) = find_faults(document)
    assert where.startswith("#/components/schemas/Wrong")
    assert fault in said


def test_stack_check_asks_too(app: Flask) -> None:
    """``flask stack check`` says what ``flask rest check`` does."""
    app.add_url_rule("/api/secret", endpoint="secret", view_func=lambda: "")
    ids = {each.id for each in check_app(app).findings}
    assert "rest.undocumented" in ids


def test_commands_write_files(run: Run, tmp_path: Any) -> None:
    """The document and the client are printed, or written to a file, in the same bytes."""
    for args in (["openapi"], ["openapi", "--format=yaml"], ["client", "--lang=typescript"]):
        file = tmp_path / "out"
        done = run(*args, f"--output={file}")
        assert (done.exit_code, done.output) == (0, "")
        assert file.read_text("utf-8") == run(*args).output


def test_file_that_cannot_be_written_is_said(run: Run, tmp_path: Any) -> None:
    """One sentence and no traceback."""
    done = run("openapi", f"--output={tmp_path / 'no' / 'where'}")
    assert done.exit_code == 1
    assert "cannot be written: No such file or directory." in done.output
