"""The base class of an extension, and the one ``init_app`` of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Generic, Self, TypeVar, cast, final, get_args

from flask import Flask

from .error import MissingExtension, SetupError
from .finding import Finding
from .ground import lay_ground
from .masking import describe_error
from .migrations import Migrations
from .protocol import check_protocol
from .reading import read_settings, write_back
from .registry import KEY, Installed, Registry
from .settings import NoSettings, Settings
from .snapshot import Snapshot, abandon

S = TypeVar("S", bound=Settings)
St = TypeVar("St")


class Extension(Generic[S, St]):
    """One extension of the stack; subclass it to write your own.

    An instance is a template: what is declared on it before ``init_app`` is
    copied into the state that :meth:`build` returns for one application.
    Nothing is kept on the instance afterwards, so that two applications share
    nothing.
    """

    name: ClassVar[str] = ""
    """Key in the registry, prefix of the settings, name of its introductions."""
    prefix: ClassVar[str] = ""
    """Prefix of its settings; if not set, the name in capitals and an underscore."""
    requires: ClassVar[tuple[str, ...]] = ()
    """Extensions that must be on the application before this one."""
    after: ClassVar[tuple[str, ...]] = ()
    """Extensions that come before this one when they are there."""
    settings: ClassVar[type[Settings]] = NoSettings
    """The class of its settings; if not set, the first parameter in the brackets."""
    protocol: ClassVar[int] = 1
    """The protocol that it was written for."""
    testing: ClassVar[str | None] = None
    """The module of its pytest fixtures."""
    migrations: ClassVar[Migrations | None] = None
    """The tables that it ships, with their revisions."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if vars(cls).get("name") and "prefix" not in vars(cls):
            cls.prefix = f"{cls.name}_".upper()
        if "settings" not in vars(cls):
            cls.settings = _parameter(cls) or cls.settings
        for fault in _faults(cls):
            raise TypeError(fault)

    @final
    def init_app(self, app: Flask) -> None:
        """Put the extension on an application.

        Settings are read and the state is built before anything is
        registered; on failure the application is as it was before the call.

        :raises SettingsError: a setting is wrong.
        :raises MissingExtension: what it requires is not on the application.
        :raises SetupError: it is on the application already, or the
            application is broken by an earlier introduction.
        """
        if not self.name:
            raise TypeError(f"{type(self).__name__} has no 'name'. Give it one.")
        check_protocol(self.name, self.protocol)
        snapshot = Snapshot(app)
        try:
            self._set_up(app)
        except BaseException as error:
            snapshot.restore(error)
            raise
        _introduce(self, app, Registry.of(app))

    def build(self, app: Flask, settings: S) -> St:
        """Return the state for one application; it may fail and must not touch the application.

        :param settings: what the application set, validated.
        """
        return cast(St, None)

    def attach(self, app: Flask, state: St) -> None:
        """Register blueprints and hooks; no I/O, nothing that fails for an outside reason."""

    def abandon(self, app: Flask) -> None:
        """Free what :meth:`build` or :meth:`attach` opened for this application.

        Called when one of them fails, and when an extension fails that was set
        up in the same ``Stack`` or that set this one up. What it raises
        becomes a note on the error that was first.
        """

    def checks(self, app: Flask) -> Iterable[Finding]:
        """Yield what ``flask stack check`` should say about this application."""
        return ()

    def probe(self, app: Flask) -> None:
        """Raise when requests cannot be served; ``/readyz`` asks, in an application context.

        It bounds its own waiting, to a few seconds: nothing else ends it.
        """

    def sweep(self, app: Flask, limit: int) -> int:
        """Remove at most ``limit`` things that have expired and return how many it were."""
        return 0

    @classmethod
    def compose(cls, siblings: Mapping[str, Any]) -> Self:
        """Make the extension when it is named, not given, to a ``Stack``.

        :param siblings: by name, what the ``Stack`` has made so far: all that
            this extension requires and comes after.
        """
        return cls()

    @classmethod
    def of(cls, app: Flask) -> St:
        """Return this extension's state on an application.

        :raises MissingExtension: it is not on the application.
        """
        registry = Registry.of(app)
        registry.refuse_broken()
        installed = registry.get(cls.name)
        if installed is None:
            raise MissingExtension(
                f"{cls.name!r} is not on this application."
                f" Call {cls.__name__}(…).init_app(app) first.",
                cls.name,
            )
        return cast(St, installed.state)

    def _set_up(self, app: Flask) -> None:
        Registry.of(app).announce((self.prefix,))
        registry = lay_ground(app)
        registry.refuse_broken()
        self._refuse_second(registry)
        self._refuse_missing(registry)
        settings = self._read(app, registry)
        try:
            state = self.build(app, settings)
            self.attach(app, state)
        except BaseException as error:
            abandon(self, app, error)
            raise
        registry.publish(Installed(self, settings, state))

    def _refuse_second(self, registry: Registry) -> None:
        if self.name in registry:
            raise SetupError(
                f"{self.name!r} is on this application already."
                f" Call {type(self).__name__}.init_app once for each application."
            )

    def _refuse_missing(self, registry: Registry) -> None:
        for name in self.requires:
            if name not in registry:
                raise MissingExtension(_explain_missing(type(self), name), name)

    def _read(self, app: Flask, registry: Registry) -> S:
        values = read_settings(
            app.config,
            self.settings,
            owner=self.name,
            prefix=self.prefix,
            owns=partial(registry.owns, self.prefix),
            strict=registry[KEY].settings.strict_settings,
        )
        write_back(app.config, values)
        return cast(S, values)


def _parameter(cls: type[Extension[Any, Any]]) -> type[Settings] | None:
    """Return the settings that a class names in the brackets of its base, or None."""
    for base in vars(cls).get("__orig_bases__", ()):
        for first in get_args(base)[:1]:
            if isinstance(first, type) and issubclass(first, Settings):
                return first
    return None


def _faults(cls: type[Extension[Any, Any]]) -> Iterator[str]:
    """Yield what is wrong with the declaration of an extension."""
    if "init_app" in vars(cls):
        yield (
            f"{cls.__name__} defines 'init_app', which is written once in core."
            " Define 'build' and 'attach'."
        )
    if cls.name == KEY:
        yield f"{KEY!r} is core's own name. Choose another name for {cls.__name__}."
    if cls.name and not re.fullmatch(r"[a-z][a-z0-9_]*", cls.name):
        yield f"{cls.name!r} cannot name an extension. Use small letters, digits and underscores."
    if cls.prefix and not re.fullmatch(r"[A-Z][A-Z0-9_]*_", cls.prefix):
        yield f"{cls.prefix!r} cannot be a prefix of settings. Write it like 'SHOP_'."
    for key in ("requires", "after"):
        if isinstance(getattr(cls, key), str):
            yield f"{cls.__name__}.{key} is text. Write a tuple: ({getattr(cls, key)!r},)"
    if cls.name and cls.migrations is not None and cls.migrations.branch != cls.name:
        yield (
            f"{cls.__name__}.migrations are of the branch {cls.migrations.branch!r}."
            f" The branch is the extension's name: {cls.name!r}."
        )
    if not issubclass(cls.settings, Settings):
        yield f"{cls.__name__}.settings is {cls.settings!r}. Set it to a subclass of Settings."


def find_extension(thing: object) -> Extension[Any, Any] | None:
    """Return the extension that something is, or holds as ``thing.extension``, or None."""
    for candidate in (thing, getattr(thing, "extension", None)):
        if isinstance(candidate, Extension):
            return candidate
    return None


def _explain_missing(needer: type[Extension[Any, Any]], name: str) -> str:
    from importlib.metadata import entry_points  # not at start: it is a tenth of Flask's import

    sentence = f"{needer.name!r} needs {name!r}, which is not on this application."
    for entry in entry_points(group="stack.extensions", name=name):
        made = entry.value.replace(":", ".")
        return f"{sentence} Call {made}(…).init_app(app) before {needer.__name__}.init_app(app)."
    install = f"Install the distribution that offers {name!r}"
    if _is_extra(name):
        install = f'Run python -m pip install "stack[{name}]"'
    return f"{sentence} {install} and initialise it before {needer.name!r}."


def _is_extra(name: str) -> bool:
    """Tell whether ``stack`` has an extra; pip only warns of one that it lacks."""
    from importlib.metadata import PackageNotFoundError, metadata  # not at start, as above

    try:
        return name in (metadata("stack").get_all("Provides-Extra") or ())
    except PackageNotFoundError:
        return True  # nobody here knows: ``stack`` is what to ask


def _introduce(newcomer: Extension[Any, Any], app: Flask, registry: Registry) -> None:
    """Call ``with_<name>`` of each pair, the newcomer's own first."""
    for other in list(registry.values()):
        if other.extension.name == newcomer.name:
            continue
        mine, theirs = registry[newcomer.name].state, other.state
        try:
            _meet(newcomer, other.extension.name, app, theirs)
            _meet(other.extension, newcomer.name, app, mine)
        except BaseException as error:
            registry.mark_broken(
                app,
                f"This application is broken: {newcomer.name!r} and {other.extension.name!r}"
                f" could not be introduced ({describe_error(error)})."
                " Mend that and start anew.",
            )
            raise


def _meet(host: object, guest: str, app: Flask, state: object) -> None:
    introduce = getattr(host, f"with_{guest}", None)
    if introduce is not None:
        introduce(app, state)
