"""The drop-in for Flask-SQLAlchemy's ``SQLAlchemy``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from flask import Flask, has_app_context
from flask_sqlalchemy.extension import SQLAlchemy
from flask_sqlalchemy.model import Model
from flask_sqlalchemy.query import Query
from sqlalchemy import MetaData
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError
from stack_core import ConfigError

from . import address, engine
from ._extension import DatabaseExtension, DatabaseState
from .dataclass_model import is_dataclass_base, make_dataclass_model


class Database(SQLAlchemy):
    """Flask-SQLAlchemy's ``SQLAlchemy`` as an extension of the stack.

    Everything that Flask-SQLAlchemy documents holds. On top of it come safe
    defaults for its engines (see :class:`DatabaseSettings`), dataclass models
    on SQLAlchemy 2.1, ``flask db`` without further set-up, and a 503 where the
    database is too busy.

    :param app: call :meth:`init_app` with it now.
    :param metadata: the default metadata, for bases in the style of SQLAlchemy 1.
    :param session_options: arguments of each session; ``scopefunc`` is the scope's.
    :param query_class: the class of ``Model.query``.
    :param model_class: a declarative base for :attr:`Model`.
    :param engine_options: arguments of every engine; configuration wins over them.
    :param add_models_to_shell: put ``db`` and the models into ``flask shell``.
    :param disable_autonaming: do not generate names of tables.
    """

    extension: DatabaseExtension
    """What joins a ``Stack`` on behalf of this instance."""

    def __init__(
        self,
        app: Flask | None = None,
        *,
        metadata: MetaData | None = None,
        session_options: dict[str, Any] | None = None,
        query_class: type[Query] = Query,
        model_class: Any = Model,
        engine_options: dict[str, Any] | None = None,
        add_models_to_shell: bool = True,
        disable_autonaming: bool = False,
    ) -> None:
        self.extension = DatabaseExtension(self, super().init_app)
        super().__init__(
            app,
            metadata=metadata,
            session_options=session_options,
            query_class=query_class,
            model_class=model_class,
            engine_options=engine_options,
            add_models_to_shell=add_models_to_shell,
            disable_autonaming=disable_autonaming,
        )

    def init_app(self, app: Flask) -> None:
        """Put the database on an application.

        :raises SetupError: there is a ``SQLAlchemy`` instance on it already.
        :raises ConfigError: a setting is wrong, no address is set, or a driver
            is not installed.
        """
        earlier = app.extensions["stack"].get("db") if "stack" in app.extensions else None
        if earlier is not None and "sqlalchemy" not in app.extensions:
            # Flask-SQLAlchemy's way of giving an application another instance.
            self.extension.succeed(app, earlier.state)
        else:
            self.extension.init_app(app)

    @classmethod
    def compose(cls, siblings: Mapping[str, Any]) -> Self:
        """Make the database of a ``Stack`` that was given the name only.

        It reuses the ``SQLAlchemy`` instance that the application may have.
        """
        database = cls()
        start = super(Database, database).init_app
        database.extension = DatabaseExtension(database, start, reuses=True)
        return database

    @classmethod
    def of(cls, app: Flask) -> DatabaseState:
        """Return what an application knows of its database.

        :raises MissingExtension: there is none on it.
        """
        return DatabaseExtension.of(app)

    def __repr__(self) -> str:
        name = type(self).__name__
        if not has_app_context():
            return f"<{name}>"
        default = self.engines.get(None)
        shown = address.mask(default.url) if default else ", ".join(map(str, self.engines))
        more = f" +{len(self.engines) - 1}" if len(self.engines) > 1 else ""
        return f"<{name} {shown}{more}>"

    def _make_declarative_base(self, model_class: Any, disable_autonaming: bool = False) -> Any:
        if isinstance(model_class, type) and is_dataclass_base(model_class):
            return make_dataclass_model(self, model_class, named=not disable_autonaming)
        return super()._make_declarative_base(model_class, disable_autonaming)

    def _apply_driver_defaults(self, options: dict[str, Any], app: Flask) -> None:
        url = options["url"] = address.normalize(options["url"])
        engine.set_defaults(options, url, debug=app.debug or app.testing)
        super()._apply_driver_defaults(options, app)

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        try:
            made = super()._make_engine(bind_key, options, app)
        except ImportError as error:
            key = address.name_key(bind_key)
            raise ConfigError(address.explain_missing_driver(options["url"], key, error)) from error
        except (TypeError, ArgumentError) as error:
            key = address.OPTIONS_KEY if bind_key is None else address.name_key(bind_key)
            raise ConfigError(f"{key!r} cannot be used: {error}. Correct the options.") from error
        engine.equip(made, options)
        return made
