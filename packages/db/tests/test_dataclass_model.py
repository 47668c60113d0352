"""Models that are dataclasses, on every SQLAlchemy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import (
    DeclarativeBase,
    DeclarativeBaseNoMeta,
    Mapped,
    MappedAsDataclass,
    mapped_column,
)

from stack_db import Database

CONVENTION = {"pk": "pk_%(table_name)s"}


def make_base(*kinds: type[Any], **options: Any) -> type[Any]:
    """Return a base with members of its own."""

    class Base(*kinds, **options):  # type: ignore[misc]  # the kinds are the parameter
        """Ours."""

        metadata = sa.MetaData(naming_convention=CONVENTION)
        type_annotation_map = {str: sa.String(40)}

        def shout(self) -> str:
            return self.name.upper()

        @classmethod
        def count(cls) -> int:
            return 42

    return Base


@pytest.mark.parametrize(
    "kinds",
    [
        (MappedAsDataclass, DeclarativeBase),
        (DeclarativeBase, MappedAsDataclass),
        (MappedAsDataclass, DeclarativeBaseNoMeta),
    ],
)
def test_base_keeps_its_members(make_app: Callable[..., Flask], kinds: tuple[type, ...]) -> None:
    """A dataclass base works, and what its author put into it is there."""
    app = make_app()
    base = make_base(*kinds)
    db = Database(app, model_class=base)

    class Person(db.Model):
        id: Mapped[int] = mapped_column(init=False, primary_key=True)
        name: Mapped[str] = mapped_column(default="Ada")

    assert Person("Bo") == Person(name="Bo")
    assert [f.name for f in dataclasses.fields(Person)] == ["id", "name"]
    assert (Person().shout(), Person.count()) == ("ADA", 42)
    assert issubclass(Person, base)
    assert db.metadata is base.metadata
    assert Person.__table__.primary_key.name == "pk_person"
    assert Person.__table__.c.name.type.length == 40
    with app.app_context():
        db.create_all()
        db.session.add(Person())
        db.session.commit()
        assert Person.query.one().name == "Ada"


def test_base_keeps_its_dataclass_options() -> None:
    """Options of the base's dataclass hold for its models."""
    db = Database(model_class=make_base(MappedAsDataclass, DeclarativeBase, kw_only=True))

    class Person(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    with pytest.raises(TypeError, match="positional"):
        Person(1, "Ada")


def test_own_init_of_base_is_kept() -> None:
    """An __init__ that a base wrote itself is not replaced."""

    class Base(MappedAsDataclass, DeclarativeBase, init=False):
        def __init__(self, **values: Any) -> None:
            self.called = True

    db = Database(model_class=Base)

    class Person(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    assert Person(id=1).called


def test_bind_and_names_as_upstream() -> None:
    """Binds and generated names work; names can be switched off."""
    db = Database(model_class=make_base(MappedAsDataclass, DeclarativeBase))

    class LongName(db.Model):
        __bind_key__ = "other"
        id: Mapped[int] = mapped_column(primary_key=True)

    assert LongName.__tablename__ == "long_name"
    assert LongName.metadata is db.metadatas["other"]
    unnamed = Database(
        model_class=make_base(MappedAsDataclass, DeclarativeBase), disable_autonaming=True
    )
    with pytest.raises(sa.exc.InvalidRequestError, match="__tablename__"):

        class Nameless(unnamed.Model):
            id: Mapped[int] = mapped_column(primary_key=True)


def test_two_declarative_bases_are_refused() -> None:
    """Flask-SQLAlchemy's own error stays."""

    class Both(MappedAsDataclass, DeclarativeBase, DeclarativeBaseNoMeta):
        pass

    with pytest.raises(ValueError, match="Only one declarative base"):
        Database(model_class=Both)
