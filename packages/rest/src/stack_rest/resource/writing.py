"""Writing to a resource: one item, its values checked, its version held against the client's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import msgspec

from stack_core.description import Field, Key
from stack_core.desk import DeskWork
from stack_core.draft import NEEDED, UNKNOWN, WRONG
from stack_core.problem import BadQuery, FieldError, Invalid, Problem, Stale
from stack_core.store import Saved

from ..http.answer import answer_bytes, answer_nothing
from ..http.body import inspect_json, read_body
from ..http.encoder import ENCODER
from ..http.etag import read_match, write_etag
from ..http.media_type import JSON, MERGE
from ..shape.container import NO_OBJECT
from ..shape.leaf import NOT_TEXT
from ..shape.member import read_member
from .bound import BoundResource
from .declaration import Act
from .including import list_keys
from .layout import is_needed
from .merging import has_documents, merge_documents

T = TypeVar("T")
Values = Mapping[str, Any]

_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_HIDDEN = (401, 403, 404)
_FIGURES = frozenset(b"%c" % each for each in b"-0123456789")


class Writing:
    """The writing half of a resource.

    :param given: values that the address of a create says, and that nobody sends.
    """

    def __init__(self, bound: BoundResource, given: Values | None = None) -> None:
        self._bound = bound
        self._given: Values = given or {}

    def create(self) -> Any:
        """Create what was sent, and answer with it."""
        bound = self._bound
        body = self._read_body("create", (JSON,))
        self._checked("create", inspect_json, body)
        plain = not (self._given or bound.hooked("create"))
        if plain and (ready := bound.swift.decode(body)) is not None:
            saved = bound.desk.create(ready)
        else:
            saved = self.save("create", self._checked("create", decode_values, body))
        return self._show(saved, 201, {"Location": bound.url(saved.key)})

    def replace(self, key: str) -> Any:
        """Replace an item: what is not sent becomes what it would be in a new one."""
        bound = self._bound
        row = bound.desk.parse_key(key)
        values = self._read("update", (JSON,))
        return self._change(row, self.complete(values))

    def patch(self, key: str) -> Any:
        """Change what was sent of an item, as RFC 7396 has it."""
        bound = self._bound
        row = bound.desk.parse_key(key)
        values = self._read("update", (MERGE, JSON))
        return self._change(row, values, merge=has_documents(bound, values))

    def delete(self, key: str) -> Any:
        """Delete an item."""
        bound = self._bound
        row = bound.desk.parse_key(key)
        self.save("delete", key=row, versions=self._read_match("delete", row))
        return answer_nothing()

    def complete(self, values: Values) -> Values:
        """Return the values of a whole item, with those that were not sent.

        :raises Invalid: what has no other value was not sent.
        """
        desk, write = self._bound.desk, self._bound.layout.write
        given: dict[str, Any] = dict(values)
        errors = []
        for field in desk.fields("update"):  # without those that whoever asks may not write
            if field.name in given or field.name not in write or field.write_only:
                continue
            if is_needed(field):
                errors.append(FieldError((field.name,), NEEDED, "required"))
            elif field.default is not msgspec.UNSET:
                given[field.name] = field.default
            else:
                given[field.name] = [] if field.many else None
        if errors:
            self._accept(desk, "update", given, errors)
        return given

    def save(
        self,
        act: Act,
        values: Values | None = None,
        *,
        key: Key = None,
        versions: tuple[str, ...] | None = None,
        work: DeskWork | None = None,
        merge: bool = False,
    ) -> Saved:
        """Write one item, with what the application does before and after it.

        :param versions: that the item may have now; None: any.
        :param work: an open transaction; without it one is opened where it is needed.
        :param merge: documents of JSON are merged into those that are there.
        """
        bound = self._bound
        if work is None and (bound.hooked(act) or merge or len(versions or ()) > 1):
            with bound.desk.transaction() as work:
                return self.save(act, values, key=key, versions=versions, work=work, merge=merge)
        at = work or bound.desk
        if merge and values:
            values = merge_documents(bound, key, values)
        if act != "delete":
            values = self._accept(at, act, values or {})
        version = self._pick_version(act, key, versions)
        if not bound.hooked(act):
            return _write(at, act, key, values or {}, version)
        return self._write_hooked(at, act, key, dict(values or {}), version)

    def _change(self, key: Key, values: Values, *, merge: bool = False) -> Any:
        versions = self._read_match("update", key)
        saved = self.save("update", values, key=key, versions=versions, merge=merge)
        return self._show(saved, 200, {})

    def _read(self, act: Act, media_types: tuple[str, ...]) -> dict[str, Any]:
        """Return the values that were sent, not yet read."""
        return self._checked(act, read_values, self._read_body(act, media_types))

    def _read_body(self, act: Act, media_types: tuple[str, ...]) -> bytes:
        limit = self._bound.settings.body_limit
        return self._checked(act, partial(read_body, media_types), limit)

    def _checked(self, act: Act, read: Callable[[Any], T], given: Any) -> T:
        """Return what was sent; whoever may not write is told that, and not what is wrong."""
        try:
            return read(given)
        except Problem:
            self._bound.desk.require(act)
            raise

    def _read_match(self, act: Act, key: Key) -> tuple[str, ...] | None:
        bound = self._bound
        versioned = bool(bound.layout.version)
        try:
            return read_match(required=versioned and bound.settings.require_match)
        except Problem:
            self._require(act, key)
            raise

    def _require(self, act: Act, key: Key) -> None:
        """Raise where whoever asks may not, or there is no such row for them."""
        self._bound.desk.require(act)
        self._bound.desk.row(key, ("",))

    def _accept(
        self,
        work: DeskWork,
        act: Act,
        values: Values,
        errors: list[FieldError] | None = None,
    ) -> Values:
        """Return values of the fields' own types.

        :raises Invalid: it has everything that is wrong.
        """
        write, given = self._bound.layout.write, self._given
        wrong = list(errors or ())
        wrong += [
            FieldError((name,), UNKNOWN, "unknown")
            for name in values
            if name not in write or name in given
        ]
        wrong += [FieldError((name,), NOT_TEXT) for name in self._find_numbers(values)]
        values = {**values, **self._read_members(values, wrong)}
        known = {name: value for name, value in values.items() if name in write}
        if given:
            known.update(given)
        verb: Any = act
        if not wrong:
            return work.accept(verb, known)
        try:
            work.accept(verb, known)
        except Invalid as more:
            told = {error.path for error in wrong}
            wrong += [error for error in more.errors if error.path not in told]
        raise Invalid(WRONG, errors=wrong)

    def _find_numbers(self, values: Values) -> Iterator[str]:
        """Yield the decimals that were sent as numbers, which are floats for most who read them.

        The document says text, and no schema tells of exactly those numbers that a column takes.
        """
        by_name = self._bound.layout.description.by_name
        for name in self._bound.layout.write:
            sent = values.get(name)
            if by_name[name].type != "decimal" or not isinstance(sent, msgspec.Raw):
                continue
            if bytes(sent).lstrip()[:1] in _FIGURES:
                yield name

    def _read_members(self, values: Values, wrong: list[FieldError]) -> dict[str, Any]:
        """Return members of enumerations, by what the document says stands for them."""
        found: dict[str, Any] = {}
        for name, field in self._bound.layout.enums.items():
            sent = values.get(name)
            if not isinstance(sent, msgspec.Raw) or (value := msgspec.json.decode(sent)) is None:
                continue
            try:
                found[name] = read_member(field.python, value)
            except msgspec.ValidationError as error:
                wrong.append(FieldError((name,), str(error)))
        return found

    def _pick_version(self, act: Act, key: Key, versions: tuple[str, ...] | None) -> Any:
        """Return the version that the row must have; None: any.

        :raises Stale: it has none of those.
        """
        if versions is None:
            return None
        bound = self._bound
        name = bound.layout.version
        typed = _read_versions(bound.layout.description.by_name[name], versions) if name else []
        if not typed:
            self._require(act, key)
            raise Stale()
        if len(typed) == 1:
            return typed[0]
        (now,) = bound.desk.row(key, (name,))
        if now not in typed:
            raise Stale(now)
        return now

    def _write_hooked(
        self, work: DeskWork, act: Act, key: Key, values: dict[str, Any], version: Any
    ) -> Saved:
        bound = self._bound
        found = None if act == "create" else bound.desk.get(key, act)
        for hook in bound.hooks("before", act):
            hook(values, found)
        saved = _write(work, act, key, values, version)
        after = bound.hooks("after", act)
        if after:
            shown = found if act == "delete" else saved.object()
            for hook in after:
                hook(shown)
        # What the application has changed since is not known.
        return msgspec.structs.replace(saved, known={})

    def _show(self, saved: Saved, status: int, headers: dict[str, str]) -> Any:
        """Answer with an item as it is now; who may not read it is told nothing of it."""
        bound = self._bound
        try:
            body, etag = bound.narrowing(bound.layout.read, partial(self._item, saved))
        except BadQuery:
            # What was written is not refused because it cannot be shown as a whole.
            return answer_nothing(201 if status == 201 else 204, headers)
        except Problem as problem:
            if problem.status not in _HIDDEN:
                raise
            return answer_nothing(201 if status == 201 else 204)
        if etag:
            headers["ETag"] = etag
        return answer_bytes(body, status, headers)

    def _item(self, saved: Saved, names: tuple[str, ...], tagged: bool) -> tuple[bytes, str]:
        """Return an item, and its tag if it has one."""
        bound = self._bound
        shape = bound.shapes.find(names, tagged=tagged)
        row = bound.desk.row(saved.key, shape.paths, saved=saved)
        item = shape.cls(*row) if shape.plain else shape.make(row, saved.key)
        many = [name for name in bound.layout.many if name in names]
        if many:
            list_keys(bound, many, [item], [saved.key])
        body = ENCODER.encode(item)
        return body, "" if shape.version is None else write_etag(shape.find_version(row), body)


def read_values(body: bytes) -> dict[str, Any]:
    """Return the values of a body, not yet read: a decimal is not to be a float on its way.

    :raises Invalid: what was sent is no object.
    """
    inspect_json(body)
    return decode_values(body)


def decode_values(body: bytes) -> dict[str, Any]:
    """Return the values of a body that was inspected.

    :raises Invalid: what was sent is no object.
    """
    try:
        return _DECODER.decode(body)
    except msgspec.ValidationError:
        raise Invalid(
            "This is not an object. Send one.",
            errors=[FieldError((), NO_OBJECT)],
        ) from None


def _write(work: DeskWork, act: Act, key: Key, values: Values, version: Any) -> Saved:
    if act == "create":
        return work.create(values)
    if act == "update":
        return work.update(key, values, version=version)
    return work.delete(key, version=version)


def _read_versions(field: Field, texts: tuple[str, ...]) -> list[Any]:
    """Return versions, without what is none and so differs from every row's."""
    found = []
    for text in texts:
        with suppress(msgspec.ValidationError):
            found.append(field.convert(text, text=True))
    return found
