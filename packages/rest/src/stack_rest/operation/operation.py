"""What one method at one address takes, answers and asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from stack_core.problem import Problem

from ..http.media_type import JSON
from ..http.rate import Rate

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

Where = Literal["path", "query", "header", "cookie"]
"""Where a parameter stands."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One value that stands in the address or in a header.

    :param type: what msgspec reads it as, and describes.
    :param label: one sentence for the reader of the document.
    :param many: it may be given several times; ``type`` is then that of the list.
    """

    name: str
    where: Where
    type: Any
    label: str = ""
    required: bool = False
    many: bool = False
    default: Any = msgspec.UNSET


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent.

    :param type: what msgspec reads it as, and describes; of ``multipart/form-data`` a Struct
        whose fields are its parts, a file's being ``bytes``.
    """

    type: Any
    media_types: tuple[str, ...] = (JSON,)
    required: bool = True
    label: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that is no problem.

    :param type: of the body; ``None``: there is none.
    :param headers: names of the headers that it has beside those of every answer.
    """

    status: int
    label: str
    type: Any = None
    media_types: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()


class Need(msgspec.Struct, frozen=True):
    """Who may.

    :param public: everybody.
    :param permission: whoever has it; empty: whoever is signed in.
    """

    public: bool = False
    permission: str = ""


PUBLIC = Need(public=True)
SIGNED_IN = Need()


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation takes and answers: what the document says of it.

    :param more: permissions that parts of it need, of which the rest is for everybody.
    :param problems: classes of problems that it raises beside those of every operation.
    """

    summary: str
    description: str = ""
    need: Need = SIGNED_IN
    more: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    answers: tuple[Answer, ...] = ()
    problems: tuple[type[Problem], ...] = ()
    deprecated: bool = False


class Operation(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One method at one address.

    :param name: unique on an application: the document's ``operationId``.
    :param rule: as in Flask, below the prefix: ``/flights/<key>``.
    :param run: called with the values of the address; returns what a Flask view may return.
    :param find_contract: called when everything is on the application, and not at its start.
    :param tag: under which the document lists it.
    :param need: what the gate asks access for; None: a desk asks itself.
    :param rate: how often one client may; None: as often as the settings say.
    :param keyed: whether it takes an ``Idempotency-Key``.
    :param body_limit: the most bytes of a body; 0: as many as the settings say.
    :param media_types: of its answers, the first being what is answered to whoever does not say.
    """

    name: str
    method: str
    rule: str
    run: Callable[..., Any]
    find_contract: Callable[[], Contract]
    tag: str = ""
    need: Need | None = None
    rate: Rate | None = None
    keyed: bool = False
    body_limit: int = 0
    media_types: tuple[str, ...] = (JSON,)

    @property
    def safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in SAFE
