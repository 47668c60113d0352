"""The kinds of one database: its mapped classes as their stores see them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from threading import RLock
from typing import Any

from flask_sqlalchemy.extension import SQLAlchemy
from sqlalchemy import MetaData, Table, event, inspect
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.mapper import _all_registries

from stack_core.description import Description
from stack_core.naming import is_word, make_word

from ..declaration import KindOptions, RuleOptions
from .describing import find_fields, make_description
from .kind import Kind, ModelRule, Stamps

_HELD = "_stack_kinds"


class _Mapped:
    """How many classes were mapped since this module was imported, in the whole process."""

    number = 0


@event.listens_for(Mapper, "after_mapper_constructed")
def _count(mapper: Mapper[Any], cls: type[Any]) -> None:
    _Mapped.number += 1


class Kinds:
    """Finds the kinds of one database, each made when it is first asked for.

    :param database: the instance that the classes are mapped on. Applications
        that share it share its kinds.
    """

    def __init__(self, database: SQLAlchemy) -> None:
        self._database = database
        self._made: dict[type[Any], Kind] = {}
        self._words: dict[str, type[Any]] = {}
        self._lock = RLock()
        self._traits: tuple[int, bool, bool] = (-1, False, False)

    @classmethod
    def of(cls, database: SQLAlchemy) -> Kinds:
        """Return the kinds of a database, the same object each time."""
        found = vars(database).get(_HELD)
        if found is None:
            found = vars(database).setdefault(_HELD, cls(database))
        kinds: Kinds = found
        return kinds

    def find(self, thing: type[Any] | str) -> Kind | None:
        """Return the kind of a class or of a word, or None where it is not of this database.

        :raises LookupError: two classes have the same word, or a class says
            what cannot be; the error names both and what to do.
        """
        if isinstance(thing, str):
            cls = self._words.get(thing) or self._scan().get(thing)
            return None if cls is None else self.find(cls)
        kind = self._made.get(thing)
        if kind is not None or not isinstance(thing, type):
            return kind
        mapper = inspect(thing, raiseerr=False)
        if not isinstance(mapper, Mapper) or not self._is_ours(mapper):
            return None
        with self._lock:
            return self._made.get(thing) or self._make(mapper)

    def get(self, thing: type[Any] | str) -> Kind:
        """Return the kind of a class or of a word.

        :raises LookupError: there is none in this database.
        """
        kind = self.find(thing)
        if kind is None:
            shown = repr(thing) if isinstance(thing, str) else thing.__qualname__
            raise LookupError(
                f"{shown} is no kind of this database. Map a class on it, or correct the word."
            )
        return kind

    def __iter__(self) -> Iterator[Kind]:
        """Yield every kind."""
        for cls in self._scan().values():
            yield self.get(cls)

    @property
    def has_history(self) -> bool:
        """Whether a class has a history; asked at every flush, so it is remembered."""
        return self._find_traits()[1]

    @property
    def has_soft(self) -> bool:
        """Whether the rows of a class are only marked as deleted; it is remembered too."""
        return self._find_traits()[2]

    def _find_traits(self) -> tuple[int, bool, bool]:
        """Return what classes have, found anew when one was mapped since."""
        mapped = _Mapped.number
        if self._traits[0] != mapped:
            found = [each.class_ for each in self._mappers()]
            history = any(find_options(each).history for each in found)
            soft = any(issubclass(each, _find_mixin()) for each in found)
            self._traits = (mapped, history, soft)
        return self._traits

    def _scan(self) -> dict[str, type[Any]]:
        """Return all classes by their words, anew, for models may be imported later."""
        words: dict[str, type[Any]] = {}
        mappers = sorted(self._mappers(), key=lambda each: each.class_.__qualname__)
        for registry in {mapper.registry for mapper in mappers}:
            registry.configure(cascade=True)
        for mapper in mappers:
            word = find_word(mapper)
            other = words.setdefault(word, mapper.class_)
            if other is not mapper.class_:
                raise LookupError(
                    f"{_name(other)} and {_name(mapper.class_)} are both called {word!r}."
                    " Give one of them another word: __kind__ = kind('…')."
                )
        self._words = words
        return words

    def _mappers(self) -> Iterator[Mapper[Any]]:
        # A registry that an application made itself is known to SQLAlchemy alone.
        for registry in _all_registries():
            for manager in list(registry._managers):
                # A class that is being mapped, or could not be, has none yet.
                if manager.is_mapped and self._is_ours(manager.mapper):
                    yield manager.mapper

    def _is_ours(self, mapper: Mapper[Any]) -> bool:
        if mapper.registry is getattr(self._database.Model, "registry", None):
            return True
        metadatas = self._database.metadatas.values()
        return any(table.metadata in metadatas for table in _tables(mapper))

    def _make(self, mapper: Mapper[Any]) -> Kind:
        self._scan()
        options = find_options(mapper.class_)
        draft = find_fields(mapper, find_word)
        word = find_word(mapper)
        description = make_description(mapper, draft, options, word, self._describe)
        relations = {prop.key: prop.mapper.class_ for prop in mapper.relationships}
        kind = Kind(
            cls=mapper.class_,
            mapper=mapper,
            description=description,
            key=tuple(field.name for field in draft.key),
            soft=getattr(mapper.class_, "__soft__", ""),
            stamps=Stamps(*getattr(mapper.class_, "__stamps__", ())),
            rules={
                name: ModelRule(rule.expression, rule.holds)
                for name, rule in options.rules.items()
            },
            history=bool(options.history),
            bind_key=find_metadata(mapper).info.get("bind_key"),
            related=lambda name: self.get(relations[name]),
            left_out=draft.left_out,
            setters=draft.setters,
        )
        self._made[mapper.class_] = kind
        return kind

    def _describe(self, word: str) -> Description:
        return self.get(word).description


def _find_mixin() -> tuple[type[Any], ...]:
    """Return the mixin of marked rows, if anybody has imported it."""
    mixins: Any = sys.modules.get("stack_db.mixins")
    return () if mixins is None else (mixins.SoftDelete,)


def find_word(mapper: Mapper[Any]) -> str:
    """Return the word of a class.

    :raises LookupError: it is none that could stand in an address.
    """
    said = vars(mapper.class_).get("__kind__")
    word = (isinstance(said, KindOptions) and said.word) or make_word(mapper.class_.__name__)
    if not is_word(word):
        raise LookupError(
            f"{_name(mapper.class_)} is called {word!r}, which cannot stand in an address."
            " Give it a word of small letters: __kind__ = kind('…')."
        )
    return word


def find_options(cls: type[Any]) -> KindOptions:
    """Return what a class and its bases say: words and labels of its own, the rest of all.

    :raises TypeError: ``__kind__`` was not made by ``kind``.
    """
    title: str | None = None
    history: bool | None = None
    rules: dict[str, RuleOptions] = {}
    own = KindOptions()
    for base in reversed(cls.__mro__):
        said = vars(base).get("__kind__")
        if said is None:
            continue
        if not isinstance(said, KindOptions):
            raise TypeError(f"{_name(base)}.__kind__ is {said!r}. Make it with kind(…).")
        title = said.title if said.title is not None else title
        history = said.history if said.history is not None else history
        rules.update(said.rules)
        own = said if base is cls else own
    return KindOptions(
        word=own.word,
        label=own.label,
        plural=own.plural,
        title=title,
        rules=rules,
        history=history,
    )


def find_metadata(mapper: Mapper[Any]) -> MetaData:
    """Return the metadata of a class: of its own table, or of its registry where it has none."""
    return next((table.metadata for table in _tables(mapper)), mapper.registry.metadata)


def _tables(mapper: Mapper[Any]) -> Iterator[Table]:
    """Yield the tables of a class, its own first."""
    own = [mapper.local_table, *mapper.tables]
    yield from (table for table in own if isinstance(table, Table))


def _name(cls: type[Any]) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
