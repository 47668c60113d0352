"""A resource on one application: its desk and its layout, found at the first use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from flask import Flask, request

from stack_core.description import Key
from stack_core.desk import Desk
from stack_core.problem import BadQuery
from stack_core.store import describe

from ..settings import RestSettings
from .declaration import Act, Moment, Resource
from .items import Shapes
from .layout import Layout
from .schema import ResourceSchemas
from .swift import Swift

Read = Callable[[tuple[str, ...], bool], Any]


class BoundResource:
    """One resource of one application; it lives as long as the application.

    :param find: returns another resource of the application by its kind's word, or None.
    """

    def __init__(
        self,
        app: Flask,
        settings: RestSettings,
        resource: Resource,
        find: Callable[[str], BoundResource | None],
    ) -> None:
        self.app = app
        self.settings = settings
        self.name = resource.name
        self.path = resource.path
        self.thing = resource.thing
        self.options = resource.options
        self.actions = tuple(resource.actions)
        self._hooks = {moment: tuple(each) for moment, each in resource.hooks.items()}
        self._resource = resource
        self._find = find

    @cached_property
    def layout(self) -> Layout:
        """Which fields it shows and takes.

        :raises LookupError: nobody keeps its things, or it names what they have not.
        """
        return Layout(describe(self.app, self.thing), self._resource)

    @cached_property
    def desk(self) -> Desk:
        """What it reads and writes through."""
        public = self.layout.public()
        return Desk(self.app, self.thing, public=public, limit=self.settings.page_limit)

    @cached_property
    def shapes(self) -> Shapes:
        """How its rows become items."""
        return Shapes(self.layout)

    @cached_property
    def schemas(self) -> ResourceSchemas:
        """The types that the document tells of it."""
        return ResourceSchemas(self.layout, self._find_schemas)

    @cached_property
    def swift(self) -> Swift:
        """What decodes the bodies of creates that are right at once."""
        return Swift(self.layout)

    @property
    def page_size(self) -> int:
        """How many items a page has where nobody says."""
        return min(self.options.page_size or self.settings.page_size, self.settings.page_limit)

    def hooks(self, moment: Moment, act: Act) -> tuple[Callable[..., Any], ...]:
        """Return what an application does before or after a write."""
        return self._hooks.get((moment, act), ())

    def hooked(self, act: Act) -> bool:
        """Tell whether an application does anything before or after a write."""
        return bool(self.hooks("before", act) or self.hooks("after", act))

    def find(self, kind: str) -> BoundResource:
        """Return the resource of another kind.

        :raises LookupError: the application has none.
        """
        found = self._find(kind)
        if found is None:
            raise LookupError(
                f"The resource {self.name!r} leads to {kind!r}, which is no resource. Declare it"
                f" with rest.resource(…) too."
            )
        return found

    def _find_schemas(self, kind: str) -> ResourceSchemas | None:
        found = self._find(kind)
        return None if found is None else found.schemas

    def neighbour(self, name: str) -> Desk:
        """Return what the rows that a relation leads to are read through, as this one has it."""
        kind = self.layout.description.by_name[name].relation
        return Desk(self.app, kind, public=self.layout.public())

    def see(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return those of some fields, and of paths, that whoever asks may read."""
        seen = {field.name for field in self.desk.fields()}
        return tuple(name for name in names if name in seen or self._sees_more(name))

    def narrowing(self, names: tuple[str, ...], read: Read, *, named: bool = False) -> Any:
        """Read with all of the fields, or with those that whoever asks may see.

        Most people see all: they are not asked for beforehand, and what they do not see is
        found out when it is refused.

        :param read: gets the names, and whether the version may be read as well.
        :param named: somebody has asked for them by name, so that none is left out.
        """
        try:
            return read(names, True)
        except BadQuery:
            seen = names if named else self.see(names)
            tagged = not self.layout.version or bool(self.see((self.layout.version,)))
            if seen == names and tagged:
                raise
            return read(seen, tagged)

    def url(self, key: Key) -> str:
        """Return the address of an item, without a host."""
        text = self.layout.description.key_text(key)
        return f"{quote(request.script_root)}{self.settings.prefix}{self.path}/{text}"

    def _sees_more(self, name: str) -> bool:
        """Tell whether whoever asks may read what is no field: what is computed, or a path."""
        computed = self.layout.computed.get(name)
        paths = computed.paths if computed is not None else (name,) if "." in name else ()
        return bool(paths or computed) and all(map(self._sees_path, paths))

    def _sees_path(self, path: str) -> bool:
        """Tell whether whoever asks may read all along a path."""
        desk = self.desk
        for name in path.split(".") if path else ():
            found = next((each for each in desk.fields() if each.name == name), None)
            if found is None:
                return False
            if found.relation:
                desk = Desk(self.app, found.relation, public=self.layout.public())
        return True
