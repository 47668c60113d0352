"""What a mapped class looks like, as everybody else sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy.orm import ColumnProperty, Mapper

from stack_core.description import Description, Field, NamedRule
from stack_core.naming import make_label, make_plural

from ..declaration import KindOptions, RuleOptions
from .column import Left, Tables, describe_column, find_column
from .expression import describe_expression, describe_hybrid, find_hybrids
from .relation import describe_relation, find_links
from .shape import shape_of_python

_TITLES = ("name", "title", "label", "subject")


class Draft(msgspec.Struct):
    """The fields of a class while they are found.

    :param left_out: attributes that are no fields, with the reason.
    :param setters: fields that only an object's own setter writes.
    """

    key: tuple[Field, ...]
    fields: tuple[Field, ...]
    left_out: dict[str, str]
    setters: frozenset[str]


class _Columns:
    """The fields of a class' columns, also of those that fold into a relation."""

    def __init__(self, mapper: Mapper[Any]) -> None:
        self.found: dict[str, Field] = {}
        self.left_out: dict[str, str] = {}
        self._mapper = mapper
        self._tables = Tables(mapper)
        props = list(mapper.column_attrs)
        # What is computed comes after what is kept.
        for prop in sorted(props, key=lambda prop: find_column(mapper, prop) is None):
            self._add(prop)

    def _add(self, prop: ColumnProperty[Any]) -> None:
        try:
            self.found[prop.key] = _describe(self._mapper, prop, self._tables)
        except Left as reason:
            self.left_out[prop.key] = str(reason)


def find_key(mapper: Mapper[Any]) -> tuple[Field, ...]:
    """Return the fields of a class' key.

    :raises LookupError: the key has values that no address could name.
    """
    tables = Tables(mapper)
    names = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    try:
        return tuple(_describe(mapper, mapper.column_attrs[name], tables) for name in names)
    except Left as reason:
        raise LookupError(
            f"{mapper.class_.__name__} has a key that cannot be used ({', '.join(names)}):"
            f" {reason}. Give the class another key."
        ) from None


def find_fields(mapper: Mapper[Any], word_of: Callable[[Mapper[Any]], str]) -> Draft:
    """Return the fields of a class, in the order of its table.

    A relation stands where its foreign key stood; relations without one and
    hybrid properties follow.

    :param word_of: returns the word of another class.
    """
    columns = _Columns(mapper)
    left_out, links = columns.left_out, find_links(mapper)
    folded = {name: link for link in links.values() for name in link.folded}
    relations: dict[str, Field] = {}
    for prop in mapper.relationships:
        link = links.get(prop.key)
        if link is not None and any(name not in columns.found for name in link.local):
            link = None
        relations[prop.key] = describe_relation(
            mapper, prop, link, columns.found, find_key(prop.mapper), word_of(prop.mapper)
        )
    fields: dict[str, Field] = {}
    for name, field in columns.found.items():
        if (link := folded.get(name)) is not None:
            fields.setdefault(link.prop.key, relations[link.prop.key])
        else:
            fields[name] = _covered(field, links)
    fields = {**fields, **{n: f for n, f in relations.items() if n not in fields}}
    setters = set()
    for name, hybrid in find_hybrids(mapper):
        try:
            fields[name] = describe_hybrid(mapper, name, hybrid)
        except Left as reason:
            left_out[name] = str(reason)
            continue
        if not fields[name].read_only:
            setters.add(name)
    return Draft(find_key(mapper), tuple(fields.values()), left_out, frozenset(setters))


def find_title(mapper: Mapper[Any], fields: Mapping[str, Field], said: str | None) -> str:
    """Return the path of what a picker shows; empty, which is the key, where nothing fits.

    :raises LookupError: the class names a path that there is not.
    """
    place = f"{mapper.class_.__name__}.__kind__"
    if said:
        first = fields.get(said.split(".", 1)[0])
        if first is None or not first.readable or first.many:
            raise LookupError(
                f"{place} has title={said!r}, which nobody can read."
                f" Name one of: {', '.join(n for n, f in fields.items() if f.readable)}."
            )
    if said is not None:
        return said
    texts = [
        each for each in fields.values() if each.type == "text" and each.readable and each.order
    ]
    for name in _TITLES:
        if any(each.name == name for each in texts):
            return name
    for wanted in ([each for each in texts if each.unique], texts):
        if wanted:
            return wanted[0].name
    return ""


def describe_rules(rules: Mapping[str, RuleOptions], place: str) -> Iterator[NamedRule]:
    """Yield what may be said of the rules of a class.

    :raises TypeError: a parameter's type is none that a field can have.
    """
    for name, rule in rules.items():
        parameters = tuple(
            _parameter(each, type_, f"{place}.{name}") for each, type_ in rule.parameters.items()
        )
        label = rule.label or make_label(name)
        yield NamedRule(name=name, label=label, parameters=parameters, open=rule.open)


def make_description(
    mapper: Mapper[Any],
    draft: Draft,
    options: KindOptions,
    word: str,
    resolve: Callable[[str], Description],
) -> Description:
    """Return the description of a class whose fields were found."""
    label = options.label or make_label(word.replace("-", "_"))
    by_name = {field.name: field for field in draft.fields}
    version = mapper.version_id_col
    return Description(
        kind=word,
        label=label,
        plural=options.plural or make_plural(label),
        key=draft.key,
        fields=draft.fields,
        title=find_title(mapper, by_name, options.title),
        version="" if version is None else mapper.get_property_by_column(version).key,
        rules=tuple(describe_rules(options.rules, mapper.class_.__name__)),
        resolve=resolve,
    )


def _describe(mapper: Mapper[Any], prop: ColumnProperty[Any], tables: Tables) -> Field:
    column = find_column(mapper, prop)
    if column is None:
        return describe_expression(mapper, prop)
    return describe_column(mapper, prop, column, tables)


def _covered(field: Field, links: Mapping[str, Any]) -> Field:
    """Let the relations write a column that more than one of them holds."""
    covering = [
        name for name, link in links.items() if field.name in link.local and not link.prop.viewonly
    ]
    if not covering or not field.local:
        return field
    return msgspec.structs.replace(field, read_only=True, required=False)


def _parameter(name: str, type_: Any, place: str) -> Field:
    if isinstance(type_, Field):
        return type_
    shape = shape_of_python(type_)
    if shape is None:
        raise TypeError(
            f"The rule {place} takes {name} as {type_!r}, which no field is."
            " Give it one such as str, int, date or an enum."
        )
    return Field(name=name, label=make_label(name), required=True, **msgspec.structs.asdict(shape))
