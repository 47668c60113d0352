"""Types as schemas."""

from __future__ import annotations

import enum
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pytest
from pydantic import BaseModel

from stack_core import SetupError
from stack_core.number import LEAST, MOST
from stack_rest.document.schemas import Schemas

NO_NUL = r"^[^\u0000]*$"


class Size(enum.Enum):
    """Small or large."""

    SMALL = 1
    LARGE = 2


class Shelf(msgspec.Struct):
    """Where hats are.

    It may be empty.

    :param place: where it stands,
        in words.
    """

    place: str
    size: Size | None = None
    others: list["Shelf"] = []  # noqa: UP037  # msgspec resolves it


class Label(BaseModel):
    """What is on a box."""

    text: str
    size: int = 1


class Box(BaseModel):
    """A box."""

    labels: list[Label]


@pytest.mark.parametrize(
    ("cls", "schema"),
    [
        (int, {"type": "integer", "minimum": LEAST, "maximum": MOST}),
        (Annotated[int, msgspec.Meta(ge=1)], {"type": "integer", "minimum": 1, "maximum": MOST}),
        (str, {"type": "string", "pattern": NO_NUL}),
        (Annotated[str, msgspec.Meta(pattern="^a$")], {"type": "string", "pattern": "^a$"}),
        (datetime, {"type": "string", "pattern": NO_NUL}),
        (list[str], {"type": "array", "items": {"type": "string", "pattern": NO_NUL}}),
        (bool, {"type": "boolean"}),
        (float, {"type": "number"}),
        (Any, {"$ref": "#/components/schemas/AnyJson"}),
    ],
)  # fmt: skip
def test_what_is_sent_is_bounded(cls: Any, schema: dict[str, Any]) -> None:
    """Numbers of what is sent have 64 bits, and texts no NUL, where the type says nothing."""
    assert Schemas([cls], []).get_sent(cls) == schema


def test_what_is_answered_is_not_bounded() -> None:
    """Of what is answered nobody needs to know what cannot be sent."""
    assert Schemas([], [int]).get(int) == {"type": "integer"}


def test_component_of_what_is_sent_is_bounded() -> None:
    """What a sent struct holds is bounded as well, however deep, and with circles."""
    schemas = Schemas([list[Shelf]], [])
    place = schemas.components["Shelf"]["properties"]["place"]
    assert place["pattern"] == NO_NUL
    assert schemas.components["Shelf"]["properties"]["others"]["items"] == {
        "$ref": "#/components/schemas/Shelf"
    }


def test_docstring_is_told_where_it_belongs() -> None:
    """The text of a class is its description; each ``:param`` is that of a property."""
    shelf = Schemas([], [Shelf]).components["Shelf"]
    assert shelf["description"] == "Where hats are.\n\nIt may be empty."
    assert shelf["properties"]["place"]["description"] == "where it stands, in words."


def test_null_is_an_alternative() -> None:
    """What may be missing is any of its type and null, as OpenAPI 3.1 has it."""
    size = Schemas([], [Shelf]).components["Shelf"]["properties"]["size"]
    assert size["anyOf"] == [{"$ref": "#/components/schemas/Size"}, {"type": "null"}]


@pytest.mark.parametrize("text", ["0", "-1.50", "12345678.99"])
def test_decimal_has_one_writing(text: str) -> None:
    """A decimal that is sent is text of digits."""
    import re

    pattern = Schemas([Decimal], []).get_sent(Decimal)["pattern"]
    assert re.search(pattern, text)
    assert not re.search(pattern, f"0{text}0x")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        *(("P1D", True), ("-PT1.5S", True), ("P1DT7200S", True), ("PT2H30M", True)),
        *(("P1W", False), ("P1Y", False), ("P", False), ("PT", False), ("P1DT", False)),
        ("P999999D", False),
    ],
)
def test_interval_has_days_and_less(text: str, fits: bool) -> None:
    """What has no exact length is not offered, and what is offered is read."""
    import re

    schema = Schemas([timedelta], []).get_sent(timedelta)
    assert "format" not in schema  # it has nothing negative
    pattern = schema["pattern"]
    assert bool(re.search(pattern, text)) is fits
    if fits:
        assert isinstance(msgspec.convert(text, timedelta), timedelta)


@pytest.mark.parametrize(
    ("text", "fits"), [("", True), ("AP8=", True), ("AA==", True), ("AP8", False), ("E*", False)]
)
def test_bytes_are_base64(text: str, fits: bool) -> None:
    """What is said to be base64 has its letters and its length."""
    import re

    pattern = Schemas([bytes], []).get_sent(bytes)["pattern"]
    assert bool(re.search(pattern, text)) is fits


def test_pydantic_models_are_components() -> None:
    """A model of pydantic is described by itself, and those in it are components too."""
    schemas = Schemas([], [Box, Box | None])
    assert schemas.get(Box) == {"$ref": "#/components/schemas/Box"}
    assert {"Box", "Label"} < set(schemas.components)
    items = schemas.components["Box"]["properties"]["labels"]["items"]
    assert items == {"$ref": "#/components/schemas/Label"}


def test_model_and_struct_of_one_name_are_refused() -> None:
    """A model of pydantic has no schema that is a struct's already, or another model's."""
    struct = msgspec.defstruct("Label", [("x", int)])

    def make() -> Any:
        class Label(BaseModel):
            other: int

        return Label

    for twin in (struct, make()):
        with pytest.raises(SetupError, match="two schemas called 'Label'"):
            Schemas([Box], [twin])


def test_file_of_a_form_is_binary() -> None:
    """Bytes are base64 in JSON, and a file in a form."""

    class Picture(msgspec.Struct):
        file: bytes

    schemas = Schemas([Picture], [])
    assert schemas.components["Picture"]["properties"]["file"]["contentEncoding"] == "base64"
    part = schemas.get_parts(Picture)["properties"]["file"]
    assert part["contentMediaType"] == "application/octet-stream"


def test_two_types_of_one_name_are_told_apart_or_refused() -> None:
    """Never is one taken for the other; msgspec has names for both since 0.23."""
    one, two = (msgspec.defstruct("Twin", [("x", cls)], module="same") for cls in (int, str))
    told: list[Schemas] = []
    with suppress(SetupError):
        told.append(Schemas([one], [two]))
    for schemas in told:
        assert schemas.get_sent(one) != schemas.get(two)
        assert len([name for name in schemas.components if "Twin" in name]) == 2
    if not told:
        with pytest.raises(SetupError, match="give no two classes of a module the same name"):
            Schemas([one], [two])
