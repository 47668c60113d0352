"""An application of notes in folders, with people whom a stranger's extension lets in.

Notes and folders belong to somebody. Ann may do everything with her own. Bob may read his own,
without the remarks, and the report. Tests start it here and in processes of their own.
"""

from __future__ import annotations

from typing import Any

from doorkeeper import Doorkeeper, Person, hash_token
from flask import Flask, current_app
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from stack import Stack
from stack_core.access import find_access
from stack_db import Database
from stack_db.mixins import Versioned
from stack_rest import Rest
from stack_rest.operation.operation import PUBLIC, SIGNED_IN, Contract, Need, Operation

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


def greet() -> dict[str, str]:
    """Say who asks."""
    return {"name": find_access(current_app).identity.name}  # type: ignore[arg-type]  # a proxy


def tell() -> dict[str, str]:
    """Say what everybody may know."""
    return {"news": "It is spring."}


def report() -> dict[str, int]:
    """Count all notes."""
    return {"notes": db.session.query(Note).count()}


OPERATIONS = (
    ("me", "GET", greet, SIGNED_IN),
    ("news", "GET", tell, PUBLIC),
    ("report", "GET", report, Need(permission="report.read")),
    ("ping", "POST", greet, SIGNED_IN),
)


def make_app(folder: str, *people: Person, **config: Any) -> Flask:
    """Return the application, with its database in a folder.

    :param people: others than Ann and Bob.
    """
    app = Flask("notebook", instance_path=folder, root_path=folder)
    app.config.from_mapping({"SECRET_KEY": KEY, **config})
    Stack(db, rest, Doorkeeper(*(people or (ANN, BOB)))).init_app(app)
    state = Rest.of(app)
    for name, method, run, need in OPERATIONS:
        contract = Contract(summary=name, need=need)
        state.add(
            Operation(
                name=name,
                method=method,
                rule=f"/{name}",
                run=run,
                find_contract=lambda contract=contract: contract,
                need=need,
            )
        )
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
