"""Values that are to be written: which fields they are for, and what they become."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import ValidationError

from .act import Act
from .description import Field
from .inspection import Inspection
from .problem import FieldError, Invalid

NEEDED = "This is needed."
WRONG = "Some of these values cannot be kept. Correct them."
UNKNOWN = "There is no such field to write here."


def accept_values(
    asked: Inspection, verb: str, values: Mapping[str, Any], *, text: bool
) -> dict[str, Any]:
    """Return values from outside as those of their fields, which may be written.

    :param text: they came as text, from a form.
    :raises Invalid: it has everything that is wrong.
    """
    return _draw_up(asked, verb, values, text=text)


def check_values(
    asked: Inspection, verb: str, values: Mapping[str, Any], *, at: tuple[int, ...] = ()
) -> None:
    """Hold the fields that are written against what may be written.

    The values themselves were converted by ``Field.convert``.

    :param at: the position among many rows.
    :raises Invalid: it has everything that is wrong.
    """
    if not (asked.act.is_unbarred(verb) and _fits(asked, verb, values)):
        _draw_up(asked, verb, values, at=at)


def _fits(asked: Inspection, verb: str, values: Mapping[str, Any]) -> bool:
    """Tell whether values are right at once, for who may write all that is ever written."""
    known = asked.act.description.written(verb)
    if not known.names >= values.keys() >= known.needed:
        return False
    for name, other in known.relations.items():
        if name in values:
            asked.pass_through(other)
    return True


def find_writable(act: Act, verb: str) -> tuple[Field, ...]:
    """Return the fields that somebody may write with a verb."""
    return tuple(
        field
        for field in act.description.fields
        if not _is_fixed(verb, field) and act.writes_field(verb, field)
    )


def _draw_up(
    asked: Inspection,
    verb: str,
    values: Mapping[str, Any],
    *,
    text: bool | None = None,
    at: tuple[int, ...] = (),
) -> dict[str, Any]:
    """Return what each value becomes, in one pass over them.

    :param text: how they came; None where they were converted already.
    """
    act, made = asked.act, {}
    known, barred = act.description.by_name, act.barred(verb)
    errors: list[FieldError] = []
    for name, value in values.items():
        field = known.get(name)
        if field is None or name in barred or not act.leads(field):
            errors.append(FieldError((name,), UNKNOWN, "unknown"))
            continue
        if _is_fixed(verb, field):
            errors.append(_tell_fixed(field))
            continue
        try:
            made[name] = value if text is None else field.convert(value, text=text)
        except ValidationError as error:
            errors.append(FieldError((name,), str(error)))
        if field.type == "relation":
            asked.pass_through(act.description.related(name))
    if verb == "create":
        errors.extend(_find_missing(act, values))
    if errors:
        _refuse(errors, at)
    return made


def _is_fixed(verb: str, field: Field) -> bool:
    return field.read_only or (field.create_only and verb != "create")


def _tell_fixed(field: Field) -> FieldError:
    told = "This is never written." if field.read_only else "This is written once and stays."
    return FieldError((field.name,), told)


def _find_missing(act: Act, values: Mapping[str, Any]) -> Iterator[FieldError]:
    """Yield what a create lacks; of a field out of reach nobody is told, and the store decides."""
    for field in act.description.fields:
        needed = field.required and not field.read_only and field.name not in values
        if needed and act.writes_field("create", field):
            yield FieldError((field.name,), NEEDED, "required")


def _refuse(errors: Iterable[FieldError], at: tuple[int, ...]) -> None:
    """Raise all that is wrong."""
    if at:
        errors = [FieldError((*at, *each.path), each.message, each.code) for each in errors]
    raise Invalid(WRONG, errors=errors)
