"""A shop of models, with an interface: what REST makes of what db describes."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from werkzeug.datastructures import FileStorage

from stack import Stack
from stack_db import Database
from stack_rest import Form, Header, Rest
from stack_rest.document.document import make_document
from stack_rest.testing import api as api
from stack_testing.client import make_client

EVERYTHING = ("read", "create", "update", "delete", "hat.read", "maker.read")


class Colour(enum.Enum):
    """Of what colour a hat may be."""

    RED = "red"
    BLUE = "blue"


class Wish(msgspec.Struct):
    """What somebody wants.

    :param pieces: how many.
    """

    name: str
    pieces: Annotated[int, msgspec.Meta(ge=1)] = 1


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The shop, with one maker and two hats in a file of SQLite."""

    class Model(DeclarativeBase):
        pass

    db = Database(model_class=Model)

    class Maker(db.Model):  # type: ignore[name-defined,misc]
        __tablename__ = "maker"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(80), unique=True)
        hats: Mapped[list[Hat]] = relationship(back_populates="maker")

    class Hat(db.Model):  # type: ignore[name-defined,misc]
        __tablename__ = "hat"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(80), info={"searchable": True})
        pieces: Mapped[int]
        price: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
        colour: Mapped[Colour | None]
        made: Mapped[date | None]
        maker_id: Mapped[int | None] = mapped_column(ForeignKey("maker.id"))
        maker: Mapped[Maker | None] = relationship(back_populates="hats")
        version: Mapped[int] = mapped_column(default=1)
        __mapper_args__ = {"version_id_col": version}

    Maker.__annotations__["hats"] = Mapped[list[Hat]]
    rest = Rest()
    rest.resource(Hat, public=EVERYTHING, include=("maker",), rate="1000/minute")
    rest.resource(Maker, public=EVERYTHING, sub=("hats",))

    @rest.post("/orders", permission="order.create", status=201, rate="10/minute")
    def order(wish: Wish, if_gift: Annotated[bool, Header()] = False) -> Wish:
        """Order a hat."""
        return wish

    @rest.post("/hats/<int:number>/picture", public=True)
    def give_picture(number: int, title: Annotated[str, Form()], file: FileStorage) -> None:
        """Give a hat a picture."""

    @rest.get("/news", public=True)
    def stream_news(tags: list[str], least: int = 0) -> Iterator[Wish]:
        """Read what others wish."""
        yield Wish("Fez")

    app = Flask("shop", root_path=str(tmp_path), instance_path=str(tmp_path))
    file = f"sqlite:///{tmp_path / 'shop.db'}"
    app.config.update(TESTING=True, SECRET_KEY="shop", SQLALCHEMY_DATABASE_URI=file)
    Stack(db, rest).init_app(app)
    bearer = {"type": "http", "scheme": "bearer", "description": "A token of the shop."}
    Rest.of(app).add_scheme("token", bearer, used=lambda: False)
    with app.app_context():
        db.create_all()
        ann = Maker(name="Ann")
        db.session.add(Hat(name="Fez", pieces=2, price=Decimal("9.50"), maker=ann))
        db.session.add(Hat(name="Beret", pieces=0, colour=Colour.RED))
        db.session.commit()
    yield app
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the shop."""
    return make_client(app)


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    """The document of the shop."""
    return make_document(app, Rest.of(app))
