"""The application that the clients of these tests write to."""

from __future__ import annotations

import os
import time

from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from stack import Stack

app = Flask(__name__)
app.config.update(
    SECRET_KEY="a-key-that-is-good-enough-1234567890",
    SQLALCHEMY_DATABASE_URI=os.environ["ROWS_DATABASE"],
)
app.config.from_prefixed_env()
Stack("db").init_app(app)
db = app.extensions["sqlalchemy"]


@app.before_request
def load_user() -> None:
    """Ask for who is signed in, as applications do before each request."""
    db.session.execute(text("SELECT 1"))


@app.post("/rows/<int:client>/<int:number>")
def write(client: int, number: int) -> ResponseReturnValue:
    """Write a row; 201 is the promise that it is kept."""
    insert = text("INSERT INTO written (client, number) VALUES (:client, :number)")
    db.session.execute(insert, {"client": client, "number": number})
    db.session.commit()
    return "", 201


@app.post("/held")
def hold() -> ResponseReturnValue:
    """Write a row, and wait with it uncommitted."""
    db.session.execute(text("INSERT INTO written (client, number) VALUES (99, 99)"))
    time.sleep(30)
    db.session.commit()
    return "", 201


@app.get("/process")
def name_process() -> str:
    """Return the number of the process."""
    return str(os.getpid())
