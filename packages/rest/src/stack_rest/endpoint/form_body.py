"""A form that was sent, with its files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from flask import request
from msgspec import UNSET
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from stack_core.draft import NEEDED
from stack_core.problem import FieldError, Invalid

from ..http.body import read_bytes, too_large
from ..http.media_type import MULTIPART, URLENCODED
from ..operation.operation import Body
from ..problem.catalogue import UnknownMedia
from .texts import WRONG, Spread, TextValue, read_spread, read_values, refuse_unknown


class FilePart(msgspec.Struct, frozen=True, eq=False):
    """A file of a form.

    :param many: there may be several under one name.
    """

    name: str
    many: bool
    required: bool
    label: str = ""

    def read(self, values: dict[str, Any], errors: list[FieldError]) -> None:
        """Add what was sent to the values that the function is called with."""
        # A browser sends an empty part for a field in which no file was chosen.
        found: list[FileStorage] = [
            each for each in request.files.getlist(self.name) if each.filename
        ]
        if not found and self.required:
            errors.append(FieldError((self.name,), NEEDED, "required"))
        elif self.many and found:
            values[self.name] = found
        elif len(found) > 1:
            errors.append(FieldError((self.name,), "This may be given once."))
        elif found:
            values[self.name] = found[0]


class FormBody:
    """A form that was sent, with its files.

    :param limit: the most bytes of it, files and all.
    """

    def __init__(
        self,
        values: Sequence[TextValue],
        spreads: Sequence[Spread],
        files: Sequence[FilePart],
        limit: int,
    ) -> None:
        self._values = tuple(values)
        self._spreads = tuple(spreads)
        self._files = tuple(files)
        self._limit = limit
        inner = [value.name for spread in spreads for value in spread.values]
        self._names = frozenset([value.name for value in values] + inner)
        self._file_names = frozenset(each.name for each in files)
        self._media_types = (MULTIPART,) if files else (URLENCODED, MULTIPART)

    def read(self, values: dict[str, Any]) -> None:
        """Add what was sent to the values that the function is called with.

        :raises Invalid: a field is missing, unknown or wrong; all of them are told.
        """
        self._parse()
        errors: list[FieldError] = []
        find = request.form.getlist
        values.update(read_values(self._values, find, errors))
        for spread in self._spreads:
            values.update(read_spread(spread, find, errors))
        for each in self._files:
            each.read(values, errors)
        refuse_unknown(request.form, self._names, "body", errors)
        refuse_unknown(request.files, self._file_names, "body", errors)
        if errors:
            raise Invalid(WRONG, errors=errors)

    def _parse(self) -> None:
        """Parse the form, no more of it than the limit."""
        if request.mimetype not in self._media_types:
            names = ", ".join(repr(each) for each in self._media_types)
            raise UnknownMedia(f"What is read here is {names}. Say so in 'Content-Type'.")
        if request.mimetype == URLENCODED:
            read_bytes(self._limit, cache=True)  # werkzeug parses what is kept
        if (request.content_length or 0) > self._limit:
            raise too_large(self._limit)
        # Where no length is said, werkzeug refuses what it cannot read on after this many.
        request.max_content_length = self._limit + 1
        try:
            request.form  # noqa: B018 - werkzeug parses when it is asked first
        except RequestEntityTooLarge:
            raise too_large(self._limit) from None

    def describe(self) -> Body:
        """Return what the document says of it: a Struct whose fields are the parts."""
        fields = [_field(each) for each in self._all_values()]
        files = [
            (each.name, list[bytes] if each.many else bytes, *_default(each.required, UNSET))
            for each in self._files
        ]
        fields += files
        made = msgspec.defstruct("Form", fields, kw_only=True, forbid_unknown_fields=True)
        required = any(len(each) == 2 for each in fields)
        return Body(type=made, media_types=self._media_types, required=required)

    def _all_values(self) -> list[TextValue]:
        return [*self._values, *[each for spread in self._spreads for each in spread.values]]


def _field(value: TextValue) -> tuple[Any, ...]:
    name = value.target if value.target.isidentifier() else value.name
    default = _default(value.required, value.default)
    if value.name == name:
        return (name, value.type, *default)
    return (name, value.type, msgspec.field(name=value.name, **_named(value)))


def _named(value: TextValue) -> dict[str, Any]:
    return {} if value.required else {"default": value.default}


def _default(required: bool, default: Any) -> tuple[Any, ...]:
    if required:
        return ()
    if isinstance(default, list | dict | set) and default:
        return (msgspec.field(default_factory=lambda: default),)
    return (default,)
