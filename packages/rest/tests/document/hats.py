"""An interface of operations made by hand, with one of everything: hats."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from flask import Flask, Response, request

from stack_core import Registry
from stack_core.access import ACCESS, NOBODY, Identity
from stack_core.filter import TRUE, Filter
from stack_core.problem import BadQuery, Conflict, Denied, NotFound, Problem, Stale
from stack_rest import Rest, RestState
from stack_rest.http.encoder import ENCODER
from stack_rest.http.rate import Rate
from stack_rest.operation.operation import (
    JSON,
    PUBLIC,
    Answer,
    Body,
    Contract,
    Need,
    Operation,
    Parameter,
)


class Hat(msgspec.Struct):
    """Something to wear."""

    id: int
    name: str
    price: float | None = None


class NewHat(msgspec.Struct, forbid_unknown_fields=True):
    """A hat that is to be kept."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    price: Annotated[float, msgspec.Meta(ge=0)] | None = None
    number: int = 0


class Hats(msgspec.Struct):
    """One page of hats."""

    items: list[Hat]
    next: str | None


class Picture(msgspec.Struct):
    """A picture with its title."""

    title: str
    file: bytes


class NoSize(Problem):
    """There is no hat of that size."""

    status = 409
    kind = "no-size"


class Ann:
    """Ann may read and write hats; nobody else may."""

    @property
    def identity(self) -> Identity:
        return Identity("ann") if request.headers.get("Authorization") == "Bearer ann" else NOBODY

    def access(self) -> Ann:
        return self

    def allows(self, permission: str) -> bool:
        return self.identity != NOBODY and permission.startswith("hat.")

    def scope(self, permission: str, description: Any) -> Filter:
        return TRUE

    def hidden(self, permission: str, description: Any) -> tuple[str, ...]:
        return ()

    def refusal(self, permission: str) -> Problem:
        if self.identity == NOBODY:
            return Problem("Sign in.", status=401)
        return Denied("You may not do this.")


HATS = {1: Hat(1, "Fez", 9.5), 2: Hat(2, "Beret")}


def answer(value: Any, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(ENCODER.encode(value), status, named, content_type=JSON)


def list_hats() -> Response:
    if request.accept_mimetypes.best == "text/csv":
        return Response("id,name\n1,Fez\n", content_type="text/csv")
    if request.accept_mimetypes.best == "application/jsonl":
        return Response('{"id":1}\n{"id":2}\n', content_type="application/jsonl")
    limit = request.args.get("limit", 50, int)
    return answer(Hats(list(HATS.values())[:limit], request.args.get("fields")))


def get_hat(key: int) -> Response:
    if key not in HATS:
        raise NotFound
    return answer(HATS[key], ETag='"1"')


def add_hat() -> Response:
    new = msgspec.json.decode(request.get_data(), type=NewHat)
    return answer(Hat(3, new.name, new.price), 201, Location="/api/hats/3", ETag='"1"')


def remove_hat(key: int) -> Response:
    if request.headers.get("If-Match") != '"1"':
        raise Stale(1)
    return Response(status=204)


def add_picture(key: int) -> Response:
    return answer({"size": len(request.files["file"].read())})


KEY = Parameter(name="key", where="path", type=int, label="The hat's number.", required=True)
MATCH = Parameter(name="If-Match", where="header", type=str, label="The version read.")
LIMIT = Parameter(
    name="limit",
    where="query",
    type=Annotated[int, msgspec.Meta(ge=1, le=1000)],
    label="How many.",
    default=50,
)
NAMES = Parameter(name="name", where="query", type=list[str], many=True)
FIELDS = Parameter(name="fields", where="query", type=list[str])
Told = tuple[str, str, str, Any, dict[str, Any], Contract]


def make_contracts() -> list[Told]:
    """Return the name, method, rule, function, words and contract of each operation."""
    read, write = Need(permission="hat.read"), Need(permission="hat.update")
    streams = (JSON, "text/csv", "application/jsonl")
    contracts: list[Told] = [
        (
            "hat.list", "GET", "/hats", list_hats, {"media_types": streams, "need": PUBLIC},
            Contract(
                summary="List hats",
                need=PUBLIC,
                parameters=(LIMIT, NAMES, FIELDS),
                answers=(
                    Answer(status=200, label="A page.", type=Hats),
                    Answer(status=200, label="Lines.", type=str, media_types=streams[1:]),
                ),
                problems=(BadQuery,),
            ),
        ),
        (
            "hat.get", "GET", "/hats/<int:key>", get_hat, {"need": read},
            Contract(
                summary="Get a hat",
                need=read,
                parameters=(KEY,),
                answers=(Answer(status=200, label="The hat.", type=Hat, headers=("ETag",)),),
                problems=(NotFound,),
            ),
        ),
        (
            "hat.add", "POST", "/hats", add_hat,
            {"need": write, "keyed": True, "rate": Rate(100, 60)},
            Contract(
                summary="Add a hat",
                description="Keep *one more* hat.",
                need=write,
                body=Body(type=NewHat, label="The hat."),
                answers=(
                    Answer(status=201, label="Kept.", type=Hat, headers=("ETag", "Location")),
                ),
                problems=(Conflict, NoSize),
            ),
        ),
        (
            "hat.remove", "DELETE", "/hats/<int:key>", remove_hat, {"need": write},
            Contract(
                summary="Remove a hat",
                need=write,
                parameters=(KEY, MATCH),
                answers=(Answer(status=204, label="Gone."),),
                problems=(NotFound, Stale),
            ),
        ),
        (
            "hat.picture", "POST", "/hats/<int:key>/picture", add_picture, {"need": write},
            Contract(
                summary="Give a hat a picture",
                need=write,
                parameters=(KEY,),
                body=Body(type=Picture, media_types=("multipart/form-data",)),
                answers=(Answer(status=200, label="Its size.", type=dict[str, int]),),
                problems=(NotFound,),
                deprecated=True,
            ),
        ),
    ]  # fmt: skip
    return contracts


def make_operations() -> list[Operation]:
    """Return what can be done with hats."""
    return [
        Operation(
            name=name, method=method, rule=rule, run=run, tag="hat",
            find_contract=lambda contract=contract: contract, **more,  # type: ignore[misc]
        )
        for name, method, rule, run, more, contract in make_contracts()
    ]  # fmt: skip


def make_hats(*more: Operation, scheme: bool = True, **settings: Any) -> Flask:
    """Return an application that serves the hats, and more operations if they are given."""
    app = Flask("hats", root_path=".")
    app.config.update(TESTING=True, SECRET_KEY="hats", **settings)
    Rest().init_app(app)
    state: RestState = Rest.of(app)
    for operation in (*make_operations(), *more):
        state.add(operation)
    if scheme:
        Registry.of(app).claim(ACCESS, Ann(), owner="test")
        definition = {"type": "http", "scheme": "bearer", "description": "A token."}
        state.add_scheme("token", definition, used=lambda: "Authorization" in request.headers)
    return app


def make_operation(
    rule: str = "/more", contract: Contract | None = None, **words: Any
) -> Operation:
    """Return one operation that answers nothing."""
    told = contract or Contract(
        summary="More", need=PUBLIC, answers=(Answer(status=204, label="Nothing."),)
    )
    given = {"name": "more", "method": "GET", "need": told.need, **words}
    return Operation(
        rule=rule,
        run=lambda **values: Response(status=204),
        find_contract=lambda: told,
        **given,
    )
