"""A typed function as an operation of one application."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from importlib.util import find_spec
from typing import Any, get_args, get_origin

import msgspec
from flask import Flask
from werkzeug.wrappers import Response as BaseResponse

from stack_core import SetupError
from stack_core.problem import BadQuery, Invalid, NotFound, Problem

from ..operation.operation import Answer, Contract, Operation, Parameter
from ..problem.catalogue import TooLarge, UnknownMedia, Unreadable
from .answer import Answerer, Answers, Reply
from .call import Call
from .option import Declaration
from .other_body import NoBody, OwnBody
from .plan import Plan, Planner
from .signature import Signature, read_signature
from .stream import Stream, find_streamed
from .texts import TextValue


class Place(msgspec.Struct, frozen=True):
    """Where a function is served.

    :param in_rule: the names that stand in the rule.
    """

    name: str
    method: str
    rule: str
    in_rule: Collection[str]
    limit: int


def bind(app: Flask, declaration: Declaration, place: Place) -> Operation:
    """Return a typed function as an operation of one application.

    :raises TypeError: its declaration cannot be served; it names the function and what is wrong.
    """
    function = _make_sync(app, declaration)
    signature = read_signature(declaration)
    limit = declaration.options.get("body_limit", place.limit)
    plan = Planner(declaration, place.method, place.in_rule, limit).plan(signature)
    answers = _make_answers(app, declaration, signature)
    contract = _make_contract(declaration, signature, plan, answers.describe())
    media_types = [each for answer in contract.answers for each in answer.media_types]
    return Operation(
        name=place.name,
        method=place.method,
        rule=place.rule,
        run=Call(function, plan, answers),
        find_contract=lambda: contract,
        tag=declaration.options.get("tag", ""),
        need=declaration.need,
        rate=declaration.rate,
        keyed=place.method == "POST",
        body_limit=limit,
        media_types=() if "*/*" in media_types else tuple(dict.fromkeys(media_types)),
    )


def _make_sync(app: Flask, declaration: Declaration) -> Callable[..., Any]:
    function = declaration.function
    if inspect.isasyncgenfunction(function):
        raise TypeError(
            f"{declaration.title} yields in an async function, which Flask cannot send. Yield in"
            " a function without 'async'."
        )
    if inspect.iscoroutinefunction(function) and find_spec("asgiref") is None:
        raise SetupError(
            f"{declaration.title} is async, and Flask runs such functions with 'asgiref'. Run"
            ' python -m pip install "flask[async]".'
        )
    return app.ensure_sync(function)


def _make_answers(app: Flask, declaration: Declaration, signature: Signature) -> Answers:
    title, options = declaration.title, declaration.options
    if "responses" in options:
        every = options["responses"].items()
        return Answerer(app, [_make_reply(title, status, each) for status, each in every])
    streamed = find_streamed(signature.returns)
    if streamed is not None:
        return Stream(app, _make_reply(title, options.get("status", 200), streamed))
    returned = _strip_response(signature.returns)
    if returned is BaseResponse:
        return _Anything(app, options.get("status", 200))
    status = options.get("status", 204 if returned in (None, type(None)) else 200)
    return Answerer(app, [_make_reply(title, status, returned)])


def _make_reply(title: str, status: int, annotation: Any) -> Reply:
    try:
        return Reply(title, status, annotation)
    except TypeError as error:
        raise TypeError(
            f"{title} returns {annotation!r}, which cannot be written as JSON:"
            f" {str(error).rstrip('.')}. Return a type that can, or a Response."
        ) from error


def _strip_response(annotation: Any) -> Any:
    """Return the type of the body: without responses, and without Flask's tuple around it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseResponse):
        return BaseResponse
    if get_origin(annotation) is tuple:
        first, *others = get_args(annotation)
        if others and others != [...]:
            return _strip_response(first)
    return annotation


class _Anything(Answerer):
    """The answers of a function that makes responses itself."""

    def __init__(self, app: Flask, status: int) -> None:
        super().__init__(app, [Reply("", status, Any)])
        self._status = status

    def describe(self) -> tuple[Answer, ...]:
        """Return that nothing is known of them."""
        return (
            Answer(status=self._status, label="What it says.", type=Any, media_types=("*/*",)),
        )


def _make_contract(
    declaration: Declaration, signature: Signature, plan: Plan, answers: tuple[Answer, ...]
) -> Contract:
    inner = [value for spread in plan.spreads for value in spread.values]
    texts = [*plan.texts, *inner]
    paths = [
        Parameter(
            name=each.name,
            where="path",
            type=str if each.read is None else each.type,
            label=each.label,
            required=True,
        )
        for each in plan.paths
    ]
    problems = [*_find_problems(plan, bool(texts)), *declaration.options.get("raises", ())]
    return Contract(
        summary=signature.summary,
        description=signature.description,
        need=declaration.need,
        parameters=(*paths, *map(_describe_text, texts)),
        body=plan.body.describe() if plan.body is not None else None,
        answers=answers,
        problems=tuple(dict.fromkeys(problems)),
        deprecated=declaration.options.get("deprecated", False),
    )


def _find_problems(plan: Plan, asked: bool) -> list[type[Problem]]:
    found: list[type[Problem]] = [NotFound] if plan.paths else []
    found += [BadQuery] if asked else []
    match plan.body:
        case None:
            return found
        case NoBody():
            return [*found, Invalid]
        case OwnBody():
            return [*found, TooLarge]
    return [*found, Invalid, Unreadable, TooLarge, UnknownMedia]


def _describe_text(value: TextValue) -> Parameter:
    assert value.where != "body"
    return Parameter(
        name=value.name,
        where=value.where,
        type=value.type,
        label=value.label,
        required=value.required,
        many=value.many,
        default=value.default,
    )
