"""An application of notes in folders, with people whom a stranger's extension lets in.

Notes and folders belong to somebody. Ann may do everything with her own. Bob may read his own,
without the remarks, and the report. Tests start it here and in processes of their own.
"""

from __future__ import annotations

from typing import Any

import msgspec
from doorkeeper import Doorkeeper, Person, hash_token
from flask import Blueprint, Flask, current_app
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from stack import Stack
from stack_core.access import find_access
from stack_db import Database
from stack_db.mixins import Versioned
from stack_rest import Rest

KEY = "a-key-that-is-good-enough-1234567890"
TOKENS = {name: f"the token of {name}, which is long and random" for name in ("ann", "bob")}
ANN = Person("ann", "Ann", hash_token(TOKENS["ann"]), permissions=("note.*", "folder.*"))
BOB = Person(
    "bob",
    "Bob",
    hash_token(TOKENS["bob"]),
    permissions=("note.read", "folder.read", "report.read"),
    hidden=("note.remark",),
)
WRITER = Person("bob", "Bob", hash_token(TOKENS["bob"]), permissions=("*",))
"""Bob, where he may write."""


class Model(DeclarativeBase):
    """The base of all models."""


db = Database(model_class=Model)


class Folder(Model):
    """What notes are in."""

    __tablename__ = "folder"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80), unique=True)
    notes: Mapped[list[Note]] = relationship(back_populates="folder")


class Note(Versioned, Model):
    """What somebody wrote down."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(80))
    remark: Mapped[str | None] = mapped_column(String(80))
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folder.id"))
    folder: Mapped[Folder | None] = relationship(back_populates="notes")


rest = Rest()
rest.resource(Note, include=("folder",), filters=("folder.name",), sorts=("folder.name",))
rest.resource(
    Folder,
    fields=("id", "owner", "name", "notes"),
    include=("notes",),
    filters=("notes.title",),
    sub=("notes",),
)


class Told(msgspec.Struct):
    """What functions answer."""

    text: str


@rest.get("/me")
def me() -> Told:
    """Say who asks."""
    return Told(find_access(current_app).identity.name)  # type: ignore[arg-type]  # a proxy


@rest.get("/news", public=True)
def news() -> Told:
    """Say what everybody may know."""
    return Told("It is spring.")


@rest.get("/report", permission="report.read")
def report() -> Told:
    """Count all notes."""
    return Told(f"There are {db.session.query(Note).count()} notes.")


@rest.post("/ping")
def ping(message: Told) -> Told:
    """Say the same."""
    return message


ledger = Blueprint("ledger", __name__, url_prefix="/api/ledger")


@ledger.get("/")
@rest.endpoint(permission="report.read")
def read_ledger() -> Told:
    """Say what stands in a book of Flask's own blueprint."""
    return Told("Nothing.")


@rest.delete("/pages/<int:number>", blueprint=ledger, permission="report.read", status=204)
def tear_out(number: int) -> None:
    """Remove a page."""


def make_app(folder: str, *people: Person, **config: Any) -> Flask:
    """Return the application, with its database in a folder.

    :param people: others than Ann and Bob.
    """
    app = Flask("notebook", instance_path=folder, root_path=folder)
    app.config.from_mapping({"SECRET_KEY": KEY, **config})
    Stack(db, rest, Doorkeeper(*(people or (ANN, BOB)))).init_app(app)
    app.register_blueprint(ledger)
    return app


def fill(app: Flask) -> None:
    """Make the tables, and of everything one for each person: 1 and 2 are Ann's and Bob's."""
    with app.app_context():
        db.create_all()
        for number, name in enumerate(("ann", "bob"), start=1):
            db.session.add(Folder(id=number, owner=name, name=f"of {name}"))
            db.session.add(
                Note(
                    id=number,
                    owner=name,
                    title=f"{name}'s title",
                    remark=f"{name}'s remark",
                    folder_id=number,
                )
            )
        db.session.commit()
