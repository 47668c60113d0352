"""Values that are to be written: which fields they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .act import Act
from .description import Field
from .inspection import Inspection
from .problem import FieldError, Invalid


def check_values(
    asked: Inspection, verb: str, values: Mapping[str, Any], *, at: tuple[int, ...] = ()
) -> None:
    """Hold the fields that are written against what may be written.

    The values themselves were converted by ``Field.convert``.

    :param at: the position among many rows.
    :raises Invalid: it has everything that is wrong.
    """
    act = asked.act
    known = act.description.by_name
    errors = [_check_name(act, verb, known.get(name), name) for name in values]
    if verb == "create":
        errors += [_check_missing(act, field, values) for field in act.description.fields]
    wrong = [
        FieldError((*at, *error.path), error.message, error.code)
        for error in errors
        if error is not None
    ]
    if wrong:
        raise Invalid("Some of these values cannot be kept. Correct them.", errors=wrong)
    for name in values:
        if known[name].type == "relation":
            asked.pass_through(act.description.related(name))


def find_writable(act: Act, verb: str) -> tuple[Field, ...]:
    """Return the fields that somebody may write with a verb."""
    return tuple(
        field
        for field in act.description.fields
        if not _is_fixed(verb, field) and act.writes_field(verb, field)
    )


def _is_fixed(verb: str, field: Field) -> bool:
    return field.read_only or (field.create_only and verb != "create")


def _check_name(act: Act, verb: str, field: Field | None, name: str) -> FieldError | None:
    if field is None or not act.writes_field(verb, field):
        return FieldError((name,), "There is no such field to write here.", "unknown")
    if field.read_only:
        return FieldError((name,), "This is never written.")
    if field.create_only and verb != "create":
        return FieldError((name,), "This is written once and stays.")
    return None


def _check_missing(act: Act, field: Field, values: Mapping[str, Any]) -> FieldError | None:
    if not field.required or field.read_only or field.name in values:
        return None
    if not act.writes_field("create", field):
        return None  # nobody is told of it; the store fills it, or refuses
    return FieldError((field.name,), "This is needed.", "required")
