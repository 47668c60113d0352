"""Every problem that an operation answers, as a response that operations share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from werkzeug.http import HTTP_STATUS_CODES

from stack_core.problem import Denied, Invalid, Problem, Unavailable

from ..http.limit import POLICY, STATE
from ..http.rate import Rate
from ..http.scheme import Scheme
from ..operation.operation import Contract, Operation, Where
from ..problem.catalogue import (
    BLANK,
    BadKey,
    Forged,
    InUse,
    KeyReused,
    ProblemType,
    TooLarge,
    TooMany,
    Unacceptable,
    UnknownMedia,
    Unreadable,
    find_types,
)
from ..problem.renderer import MEDIA_TYPE, ProblemJson
from .headers import refer_headers
from .walking import REF

PROBLEM, FIELD_ERROR = "Problem", "FieldError"
_BODY: tuple[type[Problem], ...] = (Unreadable, TooLarge, UnknownMedia, Invalid)
_HEADERS: dict[str, tuple[str, ...]] = {
    "key-in-use": ("Retry-After",),
    "rate": ("Retry-After", POLICY, STATE),
    "unavailable": ("Retry-After",),
}
"""Headers that the problems of a type have."""
_STATUS = {
    400: "The request cannot be read.",
    401: "Nobody is signed in.",
    403: "Whoever asks may not.",
    404: "There is no such thing, or none for whoever asks.",
    500: "It failed here; the request is told in the log under its id.",
}


class ProblemResponses:
    """The responses of one document, by the words of what each may be.

    :param problems: gives every type its address.
    """

    def __init__(self, problems: ProblemJson) -> None:
        self._problems = problems
        self._types = find_types()
        self.written: dict[str, Any] = {}
        self.kinds: set[str] = set()

    def refer(self, kinds: Iterable[tuple[int, str]]) -> dict[str, Any]:
        """Return the references of one operation, by status.

        :param kinds: each problem's status and word.
        """
        by_status: dict[int, set[str]] = defaultdict(set)
        for status, kind in kinds:
            by_status[status].add(kind)
        return {
            str(status): {"$ref": f"#/components/responses/{self._name(status, sorted(words))}"}
            for status, words in sorted(by_status.items())
        }

    def write_schemas(self) -> dict[str, Any]:
        """Return the schemas of every problem; ``type`` may be an address of elsewhere too."""
        known = [BLANK, *(self._problems.address(kind) for kind in sorted(self.kinds))]
        return write_problem_schemas(known)

    def _name(self, status: int, kinds: list[str]) -> str:
        told = [kind for kind in kinds if kind != BLANK]
        name = "-".join([str(status), *(kind.replace("/", "_") for kind in told)])
        self.kinds |= set(told)
        self.written[name] = self._write(status, [self._types[each] for each in told])
        return name

    def _write(self, status: int, types: list[ProblemType]) -> dict[str, Any]:
        phrase = HTTP_STATUS_CODES.get(status, "Error")
        lines = [f"`{each.kind}`: {each.detail.replace('``', '`')}" for each in types]
        lines = lines or [_STATUS.get(status, "What is asked for cannot be done.")]
        headers = [name for each in types for name in _HEADERS.get(each.kind, ())]
        headers += ["WWW-Authenticate"] if status == 401 else []
        of_status = {"type": "object", "properties": {"status": {"const": status}}}
        problem = {"$ref": REF + PROBLEM}
        schema = {"allOf": [problem, of_status]}
        return {
            "description": "\n\n".join([f"{phrase}.", *lines]),
            **({"headers": refer_headers(headers)} if headers else {}),
            "content": {MEDIA_TYPE: {"schema": schema}},
        }


def list_problems(
    operation: Operation, contract: Contract, schemes: Iterable[Scheme], rate: Rate | None
) -> Iterator[tuple[int, str]]:
    """Yield the status and the word of every problem that an operation may answer."""
    found: list[type[Problem]] = [Unacceptable, Unavailable, *contract.problems]
    if contract.body is not None:
        found += _BODY
    if rate is not None:
        found.append(TooMany)
    if operation.keyed:
        found += [BadKey, InUse, KeyReused]
    if not operation.safe and any(scheme.cookie for scheme in schemes):
        found.append(Forged)
    if not contract.need.public or contract.more:
        yield 401, BLANK
        found.append(Denied)
    yield 500, BLANK
    for each in found:
        yield each.status, each.kind


def write_problem_schemas(known: list[str]) -> dict[str, Any]:
    """Return the schemas of a problem and of what it says of one value, by name.

    :param known: addresses of the types that the document tells of.
    """
    text = {"type": "string"}
    place = {"code": text, "detail": text}
    in_body = {"pointer": {**text, "description": "Where in the body it stands (RFC 6901)."}}
    outside = {"in": {"enum": list(get_args(Where))}, "name": text}
    error = {
        "title": FIELD_ERROR,
        "type": "object",
        "description": "What is wrong with one value, and where it stands.",
        "properties": {**in_body, **outside, **place},
        "required": [*place],
        "anyOf": [{"required": [*in_body]}, {"required": [*outside]}],
    }
    problem = {
        "title": PROBLEM,
        "description": "An error, as RFC 9457 has it; some types have members of their own.",
        "type": "object",
        "properties": {
            "type": {
                "description": "The address of its type.",
                "anyOf": [{"enum": known}, {"type": "string", "format": "uri-reference"}],
            },
            "title": text,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": text,
            "request_id": {**text, "description": "By which the log tells of it."},
            "errors": {"type": "array", "items": {"$ref": REF + FIELD_ERROR}},
        },
        "required": ["type", "title", "status"],
    }
    return {PROBLEM: problem, FIELD_ERROR: error}
