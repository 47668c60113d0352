"""What a function returns, as an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import NoneType
from typing import Any, Protocol

import msgspec
from flask import Flask
from werkzeug.wrappers import Response as BaseResponse

from ..http.encoder import ENCODER
from ..http.media_type import BYTES, JSON
from ..operation.operation import Answer
from ..shape.model import read_foreign
from ..shape.shape import make_shape

TEXT = "text/plain; charset=utf-8"
_READY: dict[type, str] = {str: TEXT, bytes: BYTES}


class Reply:
    """One answer that a function may give: its status and the type of its body.

    :param title: what errors call the function.
    :param type: of the body; None: there is none.
    :raises TypeError: values of the type cannot be written.
    """

    def __init__(self, title: str, status: int, type: Any) -> None:
        self.status = status
        self.type = type
        self.empty = type in (None, NoneType)
        self.ready = None if self.empty else _find_ready(type)
        self._title = title
        self._holder = msgspec.defstruct("Holder", [("value", type)], array_like=True)
        self._decoder = msgspec.json.Decoder(type, dec_hook=read_foreign)
        make_shape(type)
        self._own = type if _is_struct(type) else None

    def write(self, value: Any, *, thorough: bool) -> bytes:
        """Return a value as it is sent; nothing is sent that the type does not have.

        :param thorough: look into what is of the right class too.
        :raises TypeError: the value is not of the type.
        """
        if self.ready is not None:
            return self._write_ready(value)
        if value.__class__ is not self._own or self._own is None:
            value = self.fit(value)
        body = ENCODER.encode(value)
        if thorough:
            try:
                self._decoder.decode(body)
            except msgspec.ValidationError as error:
                raise self._misfit(str(error)) from None
        return body

    def fit(self, value: Any) -> Any:
        """Return a value as the type; what has its fields as attributes is read by them."""
        try:
            held: Any = msgspec.convert(
                [value], self._holder, from_attributes=True, dec_hook=read_foreign
            )
        except msgspec.ValidationError as error:
            raise self._misfit(str(error).replace("`$[0]", "`$", 1)) from None
        return held.value

    def _write_ready(self, value: Any) -> bytes:
        if isinstance(value, str):
            return value.encode()
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value)
        raise TypeError(f"{self._title} returned {_name(value)}. Return {self.type.__name__}.")

    def _misfit(self, told: str) -> TypeError:
        return TypeError(
            f"{self._title} returned what is not of its type {_show(self.type)}:"
            f" {told.rstrip('.')}. Return that type, or change what stands after '->'."
        )

    def describe(self) -> Answer:
        """Return what the document says of it."""
        label = _label(self.status)
        if self.empty:
            return Answer(status=self.status, label=label, media_types=())
        media_type = JSON if self.ready is None else self.ready.partition(";")[0]
        return Answer(status=self.status, label=label, type=self.type, media_types=(media_type,))


class Answers(Protocol):
    """Makes answers of what a function returns."""

    def answer(self, value: Any) -> Any:
        """Return what Flask makes a response of."""
        ...

    def describe(self) -> tuple[Answer, ...]:
        """Return what the document says of the answers."""
        ...


class Answerer:
    """Makes an answer of what a function returns.

    :param replies: the first is that of a value whose class says nothing else.
    """

    def __init__(self, app: Flask, replies: Sequence[Reply]) -> None:
        self._app = app
        self._replies = tuple(replies)
        self._by_status = {reply.status: reply for reply in replies}
        self._by_class = _index(replies)

    def answer(self, value: Any) -> Any:
        """Return what Flask makes a response of."""
        if isinstance(value, BaseResponse):
            return value
        if type(value) is tuple:
            return self._answer_tuple(value)
        return self._make(self._find(value), value)

    def describe(self) -> tuple[Answer, ...]:
        """Return what the document says of the answers."""
        return tuple(reply.describe() for reply in self._replies)

    def _find(self, value: Any) -> Reply:
        if len(self._replies) == 1:
            return self._replies[0]
        for cls in type(value).__mro__:
            if cls in self._by_class:
                return self._by_class[cls]
        return self._replies[0]

    def _answer_tuple(self, value: tuple[Any, ...]) -> Any:
        """Return the answer to a tuple as Flask takes it: a value, a status and headers."""
        status, headers = _split(value)
        if isinstance(value[0], BaseResponse):
            return value
        found = self._by_status.get(status) if status is not None else None
        answer = self._make(found or self._find(value[0]), value[0])
        if status is not None:
            answer.status_code = status
        if headers:
            answer.headers.update(headers)
        return answer

    def _make(self, reply: Reply, value: Any) -> Any:
        if reply.empty:
            return self._make_empty(reply, value)
        config = self._app.config
        body = reply.write(value, thorough=config["TESTING"] or config["DEBUG"])
        content_type = JSON if reply.ready is None else reply.ready
        return self._app.response_class(body, reply.status, content_type=content_type)

    def _make_empty(self, reply: Reply, value: Any) -> Any:
        if value is not None:
            reply.fit(value)
        answer = self._app.response_class(status=reply.status)
        answer.headers.pop("Content-Type", None)
        return answer


def _index(replies: Sequence[Reply]) -> dict[Any, Reply]:
    """Return the replies by the class of the value; the first of a class counts."""
    found: dict[Any, Reply] = {}
    for reply in replies:
        cls = NoneType if reply.empty else getattr(reply.type, "__origin__", reply.type)
        found.setdefault(cls, reply)
    return found


def _split(value: tuple[Any, ...]) -> tuple[int | None, Any]:
    if len(value) == 3:
        return int(value[1]), value[2]
    if len(value) == 2 and isinstance(value[1], int):
        return int(value[1]), None
    if len(value) == 2 and isinstance(value[1], Mapping | list | tuple):
        return None, value[1]
    raise TypeError(
        "A function returned a tuple that Flask does not take. Return a value, a status and"
        " headers, or a list."
    )


def _is_struct(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)


def _find_ready(annotation: Any) -> str | None:
    return _READY.get(annotation) if isinstance(annotation, type) else None


def _name(value: Any) -> str:
    return f"a {type(value).__qualname__}"


def _show(annotation: Any) -> str:
    return repr(getattr(annotation, "__qualname__", None) or str(annotation))


def _label(status: int) -> str:
    try:
        return f"{HTTPStatus(status).phrase}."
    except ValueError:
        return f"Status {status}."
