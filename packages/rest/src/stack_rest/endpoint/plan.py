"""Where each parameter of a function comes from, read once."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from ..operation.operation import SAFE
from .form_body import FilePart, FormBody
from .json_body import JsonBody
from .kind import FieldOf, find_fields, is_file, is_request, is_structured, split_list
from .option import Declaration
from .other_body import NoBody, OwnBody
from .path_value import PathValue
from .signature import Argument, Signature
from .source import Body, Cookie, Form, Header, Query
from .text import Read, make_read
from .texts import Spread, TextPlace, TextValue

_BODILESS = SAFE | {"DELETE"}
_WHERE: dict[type, TextPlace] = {Query: "query", Header: "header", Cookie: "cookie", Form: "body"}


class Plan(msgspec.Struct, frozen=True, eq=False):
    """Where each parameter of a function comes from.

    :param requests: the names of those that are the request itself.
    :param body: None: by HTTP's rules a body means nothing with the method, and is not looked at.
    """

    paths: tuple[PathValue, ...]
    texts: tuple[TextValue, ...]
    spreads: tuple[Spread, ...]
    requests: tuple[str, ...]
    body: JsonBody | FormBody | OwnBody | NoBody | None


class Planner:
    """Finds out where each parameter of a function comes from.

    :param method: of the request.
    :param in_rule: the names that stand in the address.
    :param limit: the most bytes of a body.
    """

    def __init__(
        self, declaration: Declaration, method: str, in_rule: Collection[str], limit: int
    ) -> None:
        self._declaration = declaration
        self._method = method
        self._in_rule = frozenset(in_rule)
        self._limit = limit
        self._paths: list[PathValue] = []
        self._texts: list[TextValue] = []
        self._spreads: list[Spread] = []
        self._bodies: list[Argument] = []
        self._files: list[FilePart] = []
        self._requests: list[str] = []

    def plan(self, signature: Signature) -> Plan:
        """Return where everything comes from.

        :raises TypeError: that cannot be told, or is not possible.
        """
        for argument in signature.arguments:
            try:
                self._place(argument)
            except TypeError as error:
                self._refuse(argument, error)
        missing = self._in_rule - {argument.name for argument in signature.arguments}
        if missing:
            raise TypeError(
                f"{self._declaration.title} does not take {min(missing)!r}, which stands in its"
                " address. Add it to its parameters."
            )
        return Plan(
            paths=tuple(self._paths),
            texts=tuple(each for each in self._texts if each.where != "body"),
            spreads=tuple(each for each in self._spreads if each.where != "body"),
            requests=tuple(self._requests),
            body=self._make_body(),
        )

    def _refuse(self, argument: Argument, error: TypeError) -> None:
        if str(error).startswith(self._declaration.title):
            raise error
        raise TypeError(
            f"{self._declaration.title} takes {argument.name!r} as"
            f" {argument.annotation!r}, which cannot be read: {str(error).rstrip('.')}."
            " Annotate a type that can, such as a Struct, a dataclass or a builtin."
        ) from error

    def _place(self, argument: Argument) -> None:
        source = argument.source
        if argument.name in self._in_rule:
            self._paths.append(_make_path(argument))
        elif is_request(argument.annotation):
            self._requests.append(argument.name)
        elif is_file(argument.annotation):
            many = split_list(argument.annotation) is not None
            self._files.append(FilePart(argument.name, many, argument.required, argument.label))
        elif isinstance(source, Body) or (source is None and is_structured(argument.annotation)):
            self._bodies.append(argument)
        else:
            self._place_text(argument, _WHERE[type(source or Query())])

    def _place_text(self, argument: Argument, where: TextPlace) -> None:
        fields = find_fields(argument.annotation)
        if fields is None:
            name = getattr(argument.source, "name", "") or argument.name
            if where == "header" and name == argument.name:
                name = name.replace("_", "-")
            self._texts.append(_make_value(argument, name, where))
            return
        values = tuple(_make_field_value(each, where) for each in fields)
        self._spreads.append(Spread(argument.name, argument.annotation, where, values))

    def _make_body(self) -> JsonBody | FormBody | OwnBody | NoBody | None:
        forms = [each for each in self._texts if each.where == "body"]
        spreads = [each for each in self._spreads if each.where == "body"]
        formed = bool(forms or spreads or self._files)
        if formed or self._bodies:
            self._check_bodies(formed)
        if formed:
            return FormBody(forms, spreads, self._files, self._limit)
        if not self._bodies and self._method in _BODILESS:
            return None
        if not self._bodies:
            return OwnBody(self._limit) if self._requests else NoBody()
        try:
            return JsonBody(self._bodies[0], self._limit)
        except TypeError as error:
            self._refuse(self._bodies[0], error)
            raise

    def _check_bodies(self, formed: bool) -> None:
        names = " and ".join(repr(argument.name) for argument in self._bodies)
        title = self._declaration.title
        if len(self._bodies) > 1:
            raise TypeError(
                f"{title} takes {names} from the body, which is one value. Put them into one"
                " Struct."
            )
        if formed and self._bodies:
            raise TypeError(
                f"{title} takes {names} as JSON, and a form besides. Take all of it from"
                " the form, with 'Annotated[…, Form()]'."
            )
        if self._method in _BODILESS:
            told = names or "a form"
            raise TypeError(
                f"{title} takes {told} from the body, and {self._method} has none. Take it from"
                " the query, with 'Annotated[…, Query()]', or use another method."
            )


def _make_value(argument: Argument, name: str, where: TextPlace) -> TextValue:
    item = split_list(argument.annotation)
    read: Read = make_read(argument.annotation if item is None else item)
    return TextValue(
        name=name,
        target=argument.name,
        where=where,
        type=argument.annotation,
        read=read,
        many=item is not None,
        default=argument.default,
        required=argument.required,
        label=argument.label,
    )


def _make_field_value(field: FieldOf, where: TextPlace) -> TextValue:
    made = _make_value(Argument(field.name, field.annotation), field.name, where)
    default = msgspec.UNSET if field.default is msgspec.NODEFAULT else field.default
    return msgspec.structs.replace(made, required=field.required, default=default)


def _make_path(argument: Argument) -> PathValue:
    annotation = argument.annotation
    try:
        read: Read | None = make_read(annotation)
    except TypeError:
        if not isinstance(annotation, type) or is_structured(annotation):
            raise
        read = None  # a converter of the application makes it
    return PathValue(argument.name, annotation, read, argument.label)
