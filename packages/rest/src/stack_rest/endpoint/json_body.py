"""JSON that was sent, as the type of a function's parameter."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
from flask import request

from stack_core.draft import NEEDED
from stack_core.problem import FieldError, Invalid

from ..http.body import read_body
from ..http.media_type import JSON
from ..http.tree import TOO_DEEP, count_members, read_tree, refuse_twice
from ..operation.operation import Body
from ..problem.catalogue import Unreadable
from ..shape.model import read_foreign
from ..shape.node import Enough, Faults, Suspect
from ..shape.shape import make_shape
from ..shape.thing import clean
from .signature import Argument
from .texts import WRONG


class JsonBody:
    """JSON that was sent, as the type of a function's parameter.

    :param limit: the most bytes of it.
    :raises TypeError: JSON cannot be read as the type.
    """

    def __init__(self, argument: Argument, limit: int) -> None:
        self._argument = argument
        self._limit = limit
        self._decoder = msgspec.json.Decoder(argument.annotation, dec_hook=read_foreign)
        self._shape = make_shape(argument.annotation)

    def read(self, values: dict[str, Any]) -> None:
        """Add what was sent to the values that the function is called with.

        :raises Invalid: it is not of the type; all that is wrong with it is told.
        :raises Unreadable: it is no JSON, or has what JSON leaves open.
        """
        if has_body():
            body = read_body((JSON,), self._limit)
            try:
                values[self._argument.name] = self._decode(body)
            except RecursionError:
                raise Unreadable(TOO_DEEP) from None
        elif self._argument.required:
            raise Invalid(
                f"This needs a body. Send one as {JSON!r}.",
                errors=[FieldError((), NEEDED, "required")],
            )

    def _decode(self, body: bytes) -> Any:
        tree = read_tree(body)
        try:
            found = self._decoder.decode(body)
            members = self._shape.count(tree)
        except (msgspec.ValidationError, Suspect) as error:
            refuse_twice(body, count_members(tree))
            raise Invalid(WRONG, errors=self._explain(tree, error)) from None
        refuse_twice(body, members)
        return found

    def _explain(self, tree: Any, error: Exception) -> list[FieldError]:
        """Return everything that is wrong; the decoder stopped at the first."""
        faults = Faults()
        with contextlib.suppress(Enough):
            self._shape.check(tree, (), faults)
        if not faults.found and isinstance(error, msgspec.ValidationError):
            return [FieldError((), clean(error))]
        return faults.found

    def describe(self) -> Body:
        """Return what the document says of it."""
        argument = self._argument
        label = getattr(argument.source, "label", "") or argument.label
        return Body(type=argument.annotation, required=argument.required, label=label)


def has_body() -> bool:
    """Tell whether anything was sent."""
    environ = request.environ
    return environ.get("CONTENT_LENGTH", "") not in ("", "0") or (
        "HTTP_TRANSFER_ENCODING" in environ
    )
