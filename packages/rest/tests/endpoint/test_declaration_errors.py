"""What cannot be served is an error when the application is made, and names what is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
import pytest

from stack_core import SetupError
from stack_rest import Body, Form, Header, Query, Rest


class Hat(msgspec.Struct):
    name: str


class Odd:
    """What nobody reads or writes."""


def two_bodies(hat: Hat, other: Hat) -> None: ...
def body_and_form(hat: Hat, name: Annotated[str, Form()]) -> None: ...
def untyped(hat) -> None: ...  # type: ignore[no-untyped-def]
def odd(hat: Odd) -> None: ...
def odd_inside(hats: list[Odd]) -> None: ...
def nothing_returned(hat: Hat): ...  # type: ignore[no-untyped-def]
def odd_returned() -> Odd: ...  # type: ignore[empty-body]
def several(*hats: int) -> None: ...
def class_of_source(name: Annotated[str, Header]) -> None: ...
def two_sources(name: Annotated[str, Header(), Query()]) -> None: ...
def unknown_name(hat: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821
def number_in_body(hat: Annotated[Odd, Body()]) -> None: ...
def nested_query(hats: Annotated[list[list[int]], Query()]) -> None: ...
async def yields() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (two_bodies, "takes 'hat' and 'other' from the body"),
        (body_and_form, "takes 'hat' as JSON, and a form besides"),
        (untyped, "takes 'hat' and does not say its type"),
        (odd, "takes 'hat' as"),
        (odd_inside, "takes 'hats' as"),
        (nothing_returned, "does not say what it returns"),
        (odd_returned, "which cannot be written as JSON"),
        (several, r"takes '\*hats'"),
        (class_of_source, "takes 'name' from several places"),
        (two_sources, "takes 'name' from several places"),
        (unknown_name, "an annotation with 'Nowhere'"),
        (number_in_body, "takes 'hat' as"),
        (nested_query, "takes 'hats' as"),
        (yields, "yields in an async function"),
    ],
)
def test_a_function_that_cannot_be_served_is_refused(
    service: Any, function: Any, told: str
) -> None:
    """Two sentences: the function and the parameter, and what to do."""
    service.rest.post("/it", public=True)(function)
    with pytest.raises(TypeError, match=f"{function.__name__}' .*{told}") as error:
        service.start()
    assert str(error.value).endswith(".")


def test_a_name_in_the_rule_must_be_taken(service: Any) -> None:
    """Otherwise each request would fail."""

    @service.rest.get("/<int:year>/<month>", public=True)
    def show(year: int) -> int:
        return year

    with pytest.raises(TypeError, match="does not take 'month', which stands in its address"):
        service.start()


@pytest.mark.parametrize("method", ["get", "delete"])
def test_a_method_without_a_body_takes_none(service: Any, method: str) -> None:
    """It says where to take the value from."""

    def show(hat: Hat) -> None: ...

    getattr(service.rest, method)("/it", public=True)(show)
    with pytest.raises(TypeError, match=r"'hat' from the body, and \w+ has none"):
        service.start()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"public": True, "permission": "hat.read"}, "'public' and asks for 'hat.read'"),
        ({"status": 201, "responses": {201: Hat}}, "'status' and 'responses'"),
        ({"raises": (ValueError,)}, "in 'raises'"),
        ({"rate": "often"}, "'often' is no rate"),
        ({"permision": "hat.read"}, "'permision' is not"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], told: str) -> None:
    """At the decorator, where they were written."""
    with pytest.raises((TypeError, ValueError), match=told):

        @Rest().get("/it", **options)
        def show() -> None: ...


def test_an_address_begins_with_a_slash() -> None:
    """It would be another one below the prefix."""
    with pytest.raises(ValueError, match="'it' is no address"):
        Rest().get("it")


def test_decorator_without_address() -> None:
    """A function in place of the address is said to be one."""
    with pytest.raises(TypeError, match=r"Write its address: @rest\.put\('/…'\)"):
        Rest().put(two_bodies)  # type: ignore[arg-type]


def test_a_later_declaration_is_refused(service: Any) -> None:
    """The application would not have it; its own state takes it."""
    service.start()

    def show() -> int:
        return 1

    with pytest.raises(SetupError, match="after 'rest' was put on an application"):
        service.rest.get("/it", public=True)(show)
    Rest.of(service.app).get("/it", public=True)(show)
    assert service.client().get("/api/it").json == 1


def test_two_functions_of_one_name_are_refused(service: Any) -> None:
    """Each operation of the document has a name of its own."""

    def show() -> int:
        return 1

    service.rest.get("/one", public=True)(show)
    service.rest.get("/two", public=True)(show)
    with pytest.raises(SetupError, match="two operations called 'show'"):
        service.start()
