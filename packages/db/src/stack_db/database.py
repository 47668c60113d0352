"""The drop-in for Flask-SQLAlchemy's ``SQLAlchemy``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

from flask import Flask, current_app, has_app_context
from flask_sqlalchemy.extension import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import MetaData
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import sessionmaker

from stack_core import SettingsError

from . import address, engine, reader, sqlite
from ._extension import DatabaseExtension, DatabaseState
from .dataclass_model import is_dataclass_base, make_dataclass_model
from .fault import find_fault
from .listening import HeardSession
from .searching import creation

if TYPE_CHECKING:
    from stack_core.store import Store

    from .data.seeding import Seeder, Seeds

F = TypeVar("F", bound="Callable[[Seeder], object]")


class Database(SQLAlchemy):
    """Flask-SQLAlchemy's ``SQLAlchemy`` as an extension of the stack.

    It is constructed and used as Flask-SQLAlchemy documents. On top of that
    come safe defaults for its engines (see :class:`DatabaseSettings`),
    dataclass models on SQLAlchemy 2.1, ``flask db`` without further set-up,
    and a 503 where the database is at fault.
    """

    @cached_property
    def extension(self) -> DatabaseExtension:
        """What takes part in a ``Stack`` on behalf of this instance."""
        return DatabaseExtension(self, super().init_app)

    @cached_property
    def seeds(self) -> Seeds:
        """The seeds that were declared on this instance."""
        from .data.seeding import Seeds  # not at start: most of them never run a seed

        return Seeds()

    def seed(self, function: F) -> F:
        """Declare a function that writes rows which every installation has.

        It is called with a :class:`~stack_db.data.seeding.Seeder`;
        ``flask db seed`` runs it in a transaction of its own, as often as one
        likes.

        :raises ValueError: a seed of another module has the same name.
        """
        self.seeds.add(function)
        return function

    def init_app(self, app: Flask) -> None:
        """Put the database on an application.

        :raises SetupError: there is a ``SQLAlchemy`` instance on it already.
        :raises SettingsError: a setting is wrong, no address is set, or a driver
            is not installed.
        """
        earlier = app.extensions["stack"].get("db") if "stack" in app.extensions else None
        if earlier is not None and "sqlalchemy" not in app.extensions:
            # Who took the instance off, as can be done with Flask-SQLAlchemy,
            # wants this one in its place.
            self.extension.succeed(app, earlier.state)
        else:
            self.extension.init_app(app)

    @classmethod
    def compose(cls, siblings: Mapping[str, Any]) -> Self:
        """Make the database of a ``Stack`` that was given its name only.

        It reuses the ``SQLAlchemy`` instance that the application may have.
        """
        database = cls()
        start = super(Database, database).init_app
        database.extension = DatabaseExtension(database, start, reuses=True)
        return database

    @classmethod
    def of(cls, app: Flask) -> DatabaseState:
        """Return the database of an application, whichever instance it has.

        :raises MissingExtension: there is none on it.
        """
        return DatabaseExtension.of(app)

    def get_engine(self, bind_key: str | None = None, **kwargs: Any) -> Engine:
        """Return the engine of a bind.

        Flask-SQLAlchemy deprecates this for ``engines[bind_key]``, but
        Flask-Migrate's ``env.py`` calls it, so each migration would warn.

        https://github.com/miguelgrinberg/Flask-Migrate/issues/510
        """
        return self.engines[kwargs.get("bind", bind_key)]

    def store(self, thing: type[Any] | str) -> Store:
        """Return the current application's store of a mapped class or of a kind's word.

        :raises LookupError: it is not mapped on a database of the application.
        """
        from stack_core.store import store_for

        return store_for(current_app._get_current_object(), thing)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        name = type(self).__name__
        if not has_app_context():
            return f"<{name}>"
        default = self.engines.get(None)
        shown = "without a default" if default is None else address.mask(default.url)
        more = f" +{len(self.engines) - 1}" if len(self.engines) > 1 else ""
        return f"<{name} {shown}{more}>"

    def _make_session_factory(self, options: dict[str, Any]) -> sessionmaker[FlaskSession]:
        options.setdefault("class_", HeardSession)
        return super()._make_session_factory(options)

    def _teardown_session(self, exc: BaseException | None) -> None:
        """Remove the session of a context, also when its connection is dead.

        What was not committed is undone by the end of the connection, so that
        there is nothing to tell anybody who has an answer already.
        """
        try:
            super()._teardown_session(exc)
        except SQLAlchemyError as error:
            if find_fault(error) is None:
                raise
            # The failure has invalidated the connection, so there is nothing left to fail.
            super()._teardown_session(exc)

    def _make_metadata(self, bind_key: str | None) -> MetaData:
        metadata = super()._make_metadata(bind_key)
        creation.watch(metadata)
        return metadata

    def _make_declarative_base(self, model_class: Any, disable_autonaming: bool = False) -> Any:
        if isinstance(model_class, type) and is_dataclass_base(model_class):
            return make_dataclass_model(self, model_class, named=not disable_autonaming)
        return super()._make_declarative_base(model_class, disable_autonaming)

    def _apply_driver_defaults(self, options: dict[str, Any], app: Flask) -> None:
        url = options["url"] = address.normalize(options["url"])
        engine.set_defaults(options, url, debug=app.debug or app.testing)
        super()._apply_driver_defaults(options, app)
        sqlite.share(options)

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        key, noted = address.name_key(bind_key), dict(options)
        try:
            made = super()._make_engine(bind_key, options, app)
        except ImportError as error:
            raise SettingsError(
                address.explain_missing_driver(options["url"], key, error)
            ) from error
        except (TypeError, ValueError, AttributeError, ArgumentError) as error:
            key = address.OPTIONS_KEY if bind_key is None else key
            reason = str(error).rstrip(".")
            raise SettingsError(
                f"{key!r} cannot be used: {reason}. Correct the options."
            ) from error
        engine.explain_refusals(made, key)
        engine.equip(made, options)
        reader.note(bind_key, made, noted)
        return made
