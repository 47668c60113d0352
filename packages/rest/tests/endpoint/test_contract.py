"""What a function takes and answers is told to the document as it is enforced."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from werkzeug.datastructures import FileStorage

from stack_core.problem import BadQuery, Invalid, NotFound, Problem
from stack_rest import Form, Header, Rest
from stack_rest.operation.operation import PUBLIC, Need
from stack_rest.problem.catalogue import TooLarge, UnknownMedia, Unreadable


class SoldOut(Problem):
    """There is none left."""

    status = 409
    kind = "sold-out"


class Hat(msgspec.Struct):
    name: str


class Job(msgspec.Struct):
    number: int


def operation(service: Any) -> Any:
    service.start()
    return next(each for each in Rest.of(service.app) if each.name == "show")


def test_a_contract_says_what_is_taken(service: Any) -> None:
    """Parameters with their places, types, defaults and labels, and the body."""

    @service.rest.post(
        "/hats/<int:key>", permission="hat.make", raises=(SoldOut,), tag="hats", rate="5/minute"
    )
    def show(
        key: int, hat: Hat, page: int = 1, trace: Annotated[str, Header("X-Trace")] = ""
    ) -> Hat:
        """Make a hat.

        It is made *by hand*.

        :param page: which page
            of it.
        """
        return hat

    found = operation(service)
    contract = found.find_contract()
    assert (found.tag, str(found.rate), found.need) == (
        "hats",
        "5/minute",
        Need(permission="hat.make"),
    )
    assert (contract.summary, contract.description) == ("Make a hat", "It is made *by hand*.")
    told = [(each.name, each.where, each.required, each.label) for each in contract.parameters]
    assert told == [
        ("key", "path", True, ""),
        ("page", "query", False, "which page of it."),
        ("X-Trace", "header", False, ""),
    ]
    assert contract.parameters[1].default == 1
    assert (contract.body.type, contract.body.required) == (Hat, True)
    assert contract.problems == (
        NotFound,
        BadQuery,
        Invalid,
        Unreadable,
        TooLarge,
        UnknownMedia,
        SoldOut,
    )


def test_a_contract_says_what_is_answered(service: Any) -> None:
    """Each status with its type and media type."""

    @service.rest.post("/it", public=True, responses={201: Hat, 202: Job, 204: None, 200: str})
    def show() -> Hat | Job | str | None:
        return None

    found = operation(service)
    contract = found.find_contract()
    assert contract.need == PUBLIC
    assert [(each.status, each.type, each.media_types) for each in contract.answers] == [
        (201, Hat, ("application/json",)),
        (202, Job, ("application/json",)),
        (204, None, ()),
        (200, str, ("text/plain",)),
    ]
    assert found.media_types == ("application/json", "text/plain")


def test_the_parts_of_a_form_are_a_struct(service: Any) -> None:
    """A file is bytes there, and the media type is that of forms with files."""

    @service.rest.post("/it", public=True)
    def show(
        cover: FileStorage, title: Annotated[str, Form()], pages: Annotated[int, Form()] = 1
    ) -> None: ...

    body = operation(service).find_contract().body
    fields = {each.name: (each.type, each.required) for each in msgspec.structs.fields(body.type)}
    assert fields == {"title": (str, True), "pages": (int, False), "cover": (bytes, True)}
    assert body.media_types == ("multipart/form-data",)
