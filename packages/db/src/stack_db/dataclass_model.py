"""Model bases that are dataclasses, which Flask-SQLAlchemy breaks on SQLAlchemy 2.1."""

from __future__ import annotations

import types
from typing import Any

from flask_sqlalchemy.extension import SQLAlchemy
from flask_sqlalchemy.model import BindMixin, Model, NameMixin, _QueryProperty
from sqlalchemy.orm import DeclarativeBase, DeclarativeBaseNoMeta, MappedAsDataclass


def is_dataclass_base(model_class: type[Any]) -> bool:
    """Tell whether a ``model_class`` is a declarative base whose models are dataclasses."""
    if not issubclass(model_class, MappedAsDataclass):
        return False
    # More than one declarative base is an error, which is left to Flask-SQLAlchemy.
    declarative = (DeclarativeBase, DeclarativeBaseNoMeta)
    return sum(issubclass(base, declarative) for base in model_class.__bases__) == 1


def make_dataclass_model(
    database: SQLAlchemy, model_class: type[Any], *, named: bool
) -> type[Any]:
    """Return ``db.Model`` for a base that is a dataclass.

    Flask-SQLAlchemy copies the base's members into a new class, generated
    dataclass members included, and SQLAlchemy 2.1 refuses to make a dataclass
    of it. Here the model is a subclass instead, so it keeps all that the base has.

    https://github.com/pallets-eco/flask-sqlalchemy/issues/1420

    :param named: generate the names of tables.
    """
    mixins = (BindMixin, NameMixin, Model) if named else (BindMixin, Model)
    members = {
        "__abstract__": True,
        "__fsa__": database,
        "__module__": model_class.__module__,
        "query_class": database.Query,
    }
    made = types.new_class(
        "FlaskSQLAlchemyBase", (*mixins, model_class), exec_body=lambda body: body.update(members)
    )
    model: Any = made
    model.query = _QueryProperty()
    if None in database.metadatas:
        model.metadata = database.metadatas[None]
    else:
        model.metadata.info["bind_key"] = None
        database.metadatas[None] = model.metadata
    return made
