"""Many writes in one request: all of them or none, or each for itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from stack_core.desk import DeskWork
from stack_core.problem import FieldError, Invalid, Problem
from stack_core.store import Saved

from ..http.answer import answer_json
from ..http.body import decode, read_body
from ..http.etag import read_versions
from ..problem.catalogue import MatchRequired, NotAll
from ..problem.renderer import ProblemJson
from .bound import BoundResource
from .declaration import Act
from .merging import has_documents
from .options import MOST_WRITES
from .writing import JSON, Writing


class Creation(msgspec.Struct, tag_field="act", tag="create", forbid_unknown_fields=True):
    """A new item."""

    values: dict[str, msgspec.Raw]


class Change(msgspec.Struct, tag_field="act", tag="update", forbid_unknown_fields=True):
    """What changes of an item.

    :param key: the text of its key, as in its address.
    :param match: its ``ETag``, or ``*``.
    """

    key: str
    values: dict[str, msgspec.Raw]
    match: str | None = None


class Deletion(msgspec.Struct, tag_field="act", tag="delete", forbid_unknown_fields=True):
    """The end of an item."""

    key: str
    match: str | None = None


class Bulk(msgspec.Struct, forbid_unknown_fields=True):
    """Many writes.

    :param mode: ``all``: in one transaction, all or none; ``each``: those that can be.
    """

    writes: Annotated[
        list[Creation | Change | Deletion], msgspec.Meta(min_length=1, max_length=MOST_WRITES)
    ]
    mode: Literal["all", "each"] = "all"


class Done(msgspec.Struct, omit_defaults=True):
    """What became of one write.

    :param status: as if it had come alone; 424: not done because another was refused.
    :param version: the item's new one.
    """

    status: int
    key: str | None = None
    version: Any = None
    problem: dict[str, Any] | None = None


class Results(msgspec.Struct):
    """What became of each write, in their order."""

    results: list[Done]


_DECODER = msgspec.json.Decoder(Bulk)
_DONE = {"create": 201, "update": 200, "delete": 204}
_SKIPPED = Done(424)
_LONGEST = 200
"""Characters of an error of msgspec's that are told."""
_PLACE = re.compile(r" - at `\$((?:\.[a-z]+|\[(?:[0-9]{1,9}|\.\.\.)\])*)`$")
_PARTS = re.compile(r"\.([a-z]+)|\[([0-9]+)\]")


class BulkWriting:
    """Many writes to one resource.

    :param problems: renders what is wrong with one of them.
    """

    def __init__(self, bound: BoundResource, problems: ProblemJson) -> None:
        self._bound = bound
        self._writing = Writing(bound)
        self._problems = problems

    def run(self) -> Any:
        """Write what was sent, and answer with what became of each."""
        try:
            bulk = self._read()
        except Problem:
            self._require(self._bound.layout.acts)
            raise
        self._require([_act(each) for each in bulk.writes])
        if bulk.mode == "each":
            return answer_json(Results([self._try(each) for each in bulk.writes]))
        return answer_json(Results(self._write_all(bulk.writes)))

    def _require(self, acts: Sequence[Act]) -> None:
        """Raise the refusal of whoever may do none of this."""
        desk = self._bound.desk
        if not any(desk.allows(act) for act in dict.fromkeys(acts)):
            desk.require(acts[0])

    def _read(self) -> Bulk:
        try:
            bulk = decode(read_body((JSON,), self._bound.settings.body_limit), _DECODER)
        except msgspec.ValidationError as error:
            raise Invalid(
                "These writes cannot be read. Send 'writes', each with its 'act'.",
                errors=[_locate(str(error))],
            ) from None
        acts = self._bound.layout.acts
        errors = [
            FieldError(("writes", number, "act"), f"Only {', '.join(acts)} can be done here.")
            for number, each in enumerate(bulk.writes)
            if _act(each) not in acts
        ]
        if errors:
            raise Invalid("Some of these writes are not done here. Leave them out.", errors=errors)
        return bulk

    def _write_all(self, writes: list[Any]) -> list[Done]:
        """Write all, or raise with what was wrong with the first that could not be."""
        done: list[Done] = []
        try:
            with self._bound.desk.transaction() as work:
                for write in writes:
                    done.append(self._write(write, work))
        except Problem as problem:
            # Whoever is nobody is told to say who they are, and not what they sent.
            if problem.status == 401 or problem.status >= 500 or len(done) >= len(writes):
                raise
            told = [_SKIPPED] * len(writes)
            told[len(done)] = self._refused(problem)
            raise NotAll(
                f"The write at {len(done)} was refused, so none was made. Mend it and send all.",
                members={"results": msgspec.to_builtins(told)},
            ) from None
        return done

    def _try(self, write: Any) -> Done:
        try:
            return self._write(write, None)
        except Problem as problem:
            if problem.status >= 500:
                raise
            return self._refused(problem)

    def _write(self, write: Any, work: DeskWork | None) -> Done:
        bound, writing = self._bound, self._writing
        if isinstance(write, Creation):
            return self._done("create", writing.save("create", write.values, work=work))
        key = bound.desk.parse_key(write.key)
        versions = self._find_versions(write.match)
        if isinstance(write, Deletion):
            return self._done(
                "delete", writing.save("delete", key=key, versions=versions, work=work)
            )
        merge = has_documents(bound, write.values)
        saved = writing.save(
            "update", write.values, key=key, versions=versions, work=work, merge=merge
        )
        return self._done("update", saved)

    def _find_versions(self, match: str | None) -> tuple[str, ...] | None:
        if match is None:
            if self._bound.layout.version and self._bound.settings.require_match:
                raise MatchRequired("This has versions. Send its 'ETag' in 'match', or '*'.")
            return None
        return read_versions(match if match == "*" or '"' in match else f'"{match}"')

    def _done(self, act: str, saved: Saved) -> Done:
        bound = self._bound
        if act == "delete" or not bound.desk.allows("read"):
            return Done(_DONE[act])
        key = bound.layout.description.key_text(saved.key)
        version = bound.layout.version
        if not version or not bound.see((version,)):
            return Done(_DONE[act], key)
        return Done(_DONE[act], key, msgspec.to_builtins(saved.version))

    def _refused(self, problem: Problem) -> Done:
        return Done(problem.status, problem=self._problems.members(problem))


def _act(write: Creation | Change | Deletion) -> Act:
    return write.__struct_config__.tag  # type: ignore[return-value]


def _locate(text: str) -> FieldError:
    """Return msgspec's error at its place; before that may stand what the client has sent."""
    found = _PLACE.search(text)
    message = (text[: found.start()] if found else text)[:_LONGEST]
    parts = _PARTS.findall(found[1]) if found else ()
    path = tuple(int(number) if number else name for name, number in parts)
    return FieldError(path, f"{message}.")
