"""Models of pydantic are read and written by pydantic."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest

pydantic = pytest.importorskip("pydantic")


class Inner(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    number: Annotated[int, pydantic.Field(ge=1)]


class Outer(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    name: str
    inner: list[Inner] = []


class Around(msgspec.Struct):
    model: Outer
    more: int


def test_a_model_is_read_and_written(service: Any) -> None:
    """All of its errors are told at once, and no unknown field is taken at any level."""

    @service.rest.post("/it", public=True)
    def take(model: Outer) -> Outer:
        assert isinstance(model.inner[0], Inner)
        return model

    assert service.send(b'{"name": "a", "inner": [{"number": 1}]}').json["inner"] == [
        {"number": 1}
    ]
    found = service.errors(b'{"inner": [{"number": 0, "x": 1}], "y": 1}')
    assert set(found) == {"/name", "/inner/0/number", "/inner/0/x", "/y"}
    assert found["/name"] == "This is needed."


def test_a_model_stands_inside_a_struct(service: Any) -> None:
    """Its pointers begin where it stands."""

    @service.rest.post("/it", public=True)
    def take(around: Around) -> Around:
        assert isinstance(around.model, Outer)
        return around

    assert service.send(b'{"model": {"name": "a"}, "more": 1}').status_code == 200
    found = service.errors(b'{"model": {"name": 1, "z": 1}, "more": "x"}')
    assert set(found) == {"/model/name", "/model/z", "/more"}
