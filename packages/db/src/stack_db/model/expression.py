"""The fields that SQL computes: expressions and hybrid properties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.hybrid import HybridExtensionType, hybrid_property
from sqlalchemy.orm import ColumnProperty, Mapper
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import NullType

from stack_core.description import Field

from ..declaration import find_about, read_info
from .column import Left, find_info, make_field
from .hint import find_hint, find_result
from .shape import Shape, find_shape, shape_of_python


def find_hybrids(mapper: Mapper[Any]) -> Iterator[tuple[str, hybrid_property[Any]]]:
    """Yield the hybrid properties of a class, those of its bases too.

    What ``hybrid.inplace`` decorates is the same property under a second name.
    """
    for name, attribute in mapper.all_orm_descriptors.items():
        if attribute.extension_type is HybridExtensionType.HYBRID_PROPERTY:
            hybrid: hybrid_property[Any] = attribute  # type: ignore[assignment]
            if not name.startswith("_") or name == getattr(hybrid.fget, "__name__", ""):
                yield name, hybrid


def describe_expression(mapper: Mapper[Any], prop: ColumnProperty[Any]) -> Field:
    """Return the field of an attribute that is an expression; it is only read.

    :raises Left: it cannot be a field.
    """
    name, place = prop.key, f"{mapper.class_.__name__}.{prop.key}"
    known, hints = read_info(find_info(prop), place)
    _refuse_writing(place, known.get("read_only"))
    shape = _find_shape(prop.columns[0], find_hint(mapper.class_, name))
    return make_field(name, place, shape, known, {"nullable": True, "read_only": True}, hints)


def describe_hybrid(mapper: Mapper[Any], name: str, hybrid: hybrid_property[Any]) -> Field:
    """Return the field of a hybrid property.

    It is read and compared by its expression. It is written only where it has
    a setter and says that it is writable or write-only, for only an object can
    do that and no statement.

    :raises Left: it cannot be a field.
    """
    place = f"{mapper.class_.__name__}.{name}"
    known, hints = read_info({**find_about(hybrid), **hybrid.info}, place)
    written = known.get("write_only", False) or known.get("read_only") is False
    if written and hybrid.fset is None:
        _refuse_writing(place, False)
    python = find_result(hybrid.fget, mapper.class_)
    expression = find_expression(mapper.class_, name)
    if expression is None:
        if not known.get("write_only"):
            raise Left("it has no expression, so no statement can read it")
        shape = shape_of_python(python or str)
    else:
        shape = _find_shape(expression, python)
    facts = {"nullable": not written, "read_only": not written}
    return make_field(name, place, shape, known, facts, hints)


def find_expression(cls: type[Any], name: str) -> ColumnElement[Any] | None:
    """Return the SQL of a hybrid property, or None where its function makes none."""
    try:
        found = getattr(cls, name)
        clause = found.__clause_element__() if hasattr(found, "__clause_element__") else found
    except (SQLAlchemyError, TypeError, AttributeError, NotImplementedError):
        return None
    return clause if isinstance(clause, ColumnElement) else None


def _find_shape(expression: Any, python: Any) -> Shape | None:
    """Return the shape of an expression's type, or of the annotation where it has none."""
    type_ = expression.type
    said = shape_of_python(python) if python is not None else None
    found = find_shape(type_, python)
    if isinstance(type_, NullType) or found is None or (said and said.type != found.type):
        found = said
    if found is None:
        return None
    # Lengths and digits are those of one of its parts.
    order = found.order and found.type != "text"
    return msgspec.structs.replace(found, max_length=None, digits=None, order=order)


def _refuse_writing(place: str, read_only: bool | None) -> None:
    if read_only is False:
        raise TypeError(
            f"{place} cannot be written: it is computed."
            " Give it a setter, or take 'read_only' from it."
        )
