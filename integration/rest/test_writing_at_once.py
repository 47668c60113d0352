"""Several who write at the same moment: one wins, none is lost, and a repeated request is one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from .conftest import bearer
from .notebook import ANN, WRITER, Folder, Note, db

MANY = 8


@pytest.fixture
def app(start: Any) -> Flask:
    """The notebook in a file, as many processes would share it."""
    made: Flask = start(SQLALCHEMY_DATABASE_URI="sqlite:///app.db")
    return made


def together(send: Callable[[int], Any]) -> list[Any]:
    """Return what each of eight threads is answered that ask at the same moment."""
    barrier = Barrier(MANY)

    def wait_and_send(number: int) -> Any:
        barrier.wait(timeout=30)
        return send(number)

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(wait_and_send, range(MANY)))


def count(app: Flask, model: Any) -> int:
    with app.app_context():
        return int(db.session.query(model).count())


def post(app: Flask, path: str, body: Any, **headers: str) -> Any:
    return app.test_client().post(path, json=body, headers=bearer("ann") | headers)


def test_one_of_many_gets_a_unique_value(app: Flask) -> None:
    """Of eight who create the same name one does, and seven are told which field it was."""
    body = {"owner": "ann", "name": "the same"}
    answers = together(lambda _: post(app, "/api/folders", body))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    told = {e["pointer"] for a in answers if a.status_code == 409 for e in a.get_json()["errors"]}
    assert told == {"/name"}


def test_repeated_request_is_one_row(app: Flask) -> None:
    """The same key at the same moment or later makes one row, and the answer comes again."""
    body = {"owner": "ann", "title": "once"}
    key = {"Idempotency-Key": '"0f7a1c52-6f0b-4b7e-9d53-3c1de5a2a3f1"'}
    before = count(app, Note)
    answers = together(lambda _: post(app, "/api/notes", body, **key))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert count(app, Note) == before + 1
    again = post(app, "/api/notes", body, **key)
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (
        app.test_client().get(again.headers["Location"], headers=bearer("ann")).json == again.json
    )
    assert count(app, Note) == before + 1


def test_key_is_no_way_to_anothers_answer(start: Any) -> None:
    """Who learns of a key and its request gets their own answer, and is asked as always."""
    app = start(ANN, WRITER)
    body = {"owner": "ann", "title": "once"}
    key = {"Idempotency-Key": "k-1"}
    assert post(app, "/api/notes", body, **key).status_code == 201
    client = app.test_client()
    assert client.post("/api/notes", json=body, headers=key).status_code == 401
    assert client.post("/api/notes", json=body, headers=key | bearer("bob")).status_code == 403


def test_key_of_a_refused_write_is_free(app: Flask) -> None:
    """What was refused made nothing: mended and sent with the same key it is made."""
    key = {"Idempotency-Key": "k-1"}
    assert post(app, "/api/notes", {"owner": "ann"}, **key).status_code == 422
    assert post(app, "/api/notes", {"owner": "ann", "title": "x"}, **key).status_code == 201


def test_two_editors_do_not_overwrite(app: Flask) -> None:
    """Of eight who change the version that they read one does, and the others are told."""
    client = app.test_client()
    etag = client.get("/api/notes/1", headers=bearer("ann")).headers["ETag"]

    def change(number: int) -> Any:
        return app.test_client().patch(
            "/api/notes/1",
            json={"title": f"of {number}"},
            headers=bearer("ann") | {"If-Match": etag},
        )

    codes = sorted(answer.status_code for answer in together(change))
    assert codes == [200] + [412] * 7


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_change_without_a_version_is_refused(app: Flask, method: str) -> None:
    """Whoever does not say which version they read changes nothing."""
    send = getattr(app.test_client(), method)
    body = {"owner": "ann", "title": "x", "remark": None, "folder": None}
    assert send("/api/notes/1", json=body, headers=bearer("ann")).status_code == 428


def test_folders_have_no_version(app: Flask) -> None:
    """Where there is no version nobody is asked for one."""
    client = app.test_client()
    answer = client.patch("/api/folders/1", json={"name": "new"}, headers=bearer("ann"))
    assert answer.status_code == 200
    assert count(app, Folder) == 2
