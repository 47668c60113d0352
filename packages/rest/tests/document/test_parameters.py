"""What stands in an address."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

import msgspec
import pytest

from stack_rest.operation.operation import PUBLIC, Answer, Contract, Parameter

from .conftest import Write
from .hats import make_operation

BIG = 2**63 - 1


@pytest.mark.parametrize(
    ("rule", "schema"),
    [
        ("<int:it>", {"type": "integer", "minimum": 0, "maximum": BIG}),
        ("<int(min=1, max=9):it>", {"type": "integer", "minimum": 1, "maximum": 9}),
        ("<int(signed=True):it>", {"type": "integer", "minimum": -BIG - 1, "maximum": BIG}),
        ("<float:it>", {"type": "number", "minimum": 0}),
        ("<uuid:it>", {"type": "string", "format": "uuid"}),
        ("<any(b, a):it>", {"type": "string", "enum": ["a", "b"]}),
        ("<it>", {"type": "string", "pattern": r"^[^/\u0000]+$"}),
        ("<string(length=2):it>", {"type": "string", "pattern": r"^[^/\u0000]{2}$"}),
        ("<string(maxlength=3):it>", {"type": "string", "pattern": r"^[^/\u0000]{1,3}$"}),
        ("<path:it>", {"type": "string", "minLength": 1, "pattern": r"^[^\u0000]*$"}),
    ],
)  # fmt: skip
def test_place_takes_what_its_converter_takes(
    write: Write, rule: str, schema: dict[str, Any]
) -> None:
    """Where nobody says more of a place, its converter says what stands there."""
    document = write(make_operation(f"/more/{rule}"))
    (told,) = document["paths"]["/api/more/{it}"]["get"]["parameters"]
    assert told["schema"] == schema
    assert (told["name"], told["in"], told["required"]) == ("it", "path", True)


def told_of(write: Write, *parameters: Parameter, rule: str = "/more") -> list[dict[str, Any]]:
    """Return what the document tells of an operation's parameters."""
    contract = Contract(
        summary="More",
        need=PUBLIC,
        parameters=parameters,
        answers=(Answer(status=204, label="Nothing."),),
    )
    (methods,) = (
        each
        for path, each in write(make_operation(rule, contract))["paths"].items()
        if path.startswith("/api/more")
    )
    told: list[dict[str, Any]] = methods["get"]["parameters"]
    return told


def test_contract_says_more_of_a_place(write: Write) -> None:
    """The type says what a place means, and the address what cannot stand in it."""
    cls = Annotated[int, msgspec.Meta(le=7)]
    parameter = Parameter(name="it", where="path", type=cls, label="Which.", required=True)
    (told,) = told_of(write, parameter, rule="/more/<int:it>")
    assert told["schema"] == {"type": "integer", "minimum": 0, "maximum": 7}
    assert told["description"] == "Which."


def test_default_is_told(write: Write) -> None:
    """A default is part of the schema, as it is written."""
    (told,) = told_of(write, Parameter(name="q", where="query", type=int, default=3))
    assert told["schema"]["default"] == 3
    assert told["required"] is False


@pytest.mark.parametrize("many", [True, False])
def test_list_is_repeated_or_joined(write: Write, many: bool) -> None:
    """A list is given several times, or as one value with commas in it."""
    (told,) = told_of(write, Parameter(name="q", where="query", type=list[str], many=many))
    assert (told["style"], told["explode"]) == ("form", many)


@pytest.mark.parametrize(
    ("cls", "empty"),
    [
        *((date | None, True), (timedelta | None, True), (int | None, True)),
        *((Literal["a", "b"] | None, True), (str | None, False), (list[str] | None, False)),
        (int, False),
    ],
)
def test_empty_text_is_nothing_where_no_text_may_stand(
    write: Write, cls: Any, empty: bool
) -> None:
    """That is how it is read, and an address has no other way to say nothing."""
    (told,) = told_of(write, Parameter(name="q", where="query", type=cls))
    assert ({"const": ""} in told["schema"].get("anyOf", ())) is empty


def test_list_that_may_be_nothing_is_a_list(write: Write) -> None:
    """It is nothing where it is left out, and is repeated like others."""
    parameter = Parameter(
        name="q", where="query", type=list[int] | None, many=True, required=False, default=None
    )
    (told,) = told_of(write, parameter)
    assert (told["style"], told["explode"], told["required"]) == ("form", True, False)
    assert told["schema"]["type"] == "array"
    assert "default" not in told["schema"]
