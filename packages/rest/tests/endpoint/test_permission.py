"""A function is for whoever is signed in, unless it says otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from flask import request

from stack_core import Registry
from stack_core.access import ACCESS, NOBODY, Identity
from stack_core.problem import Denied


class Person:
    """Whoever is named, with the permissions that stand behind the name."""

    def __init__(self, name: str, *permissions: str) -> None:
        self.identity = Identity(name) if name else NOBODY
        self._permissions = permissions

    def allows(self, permission: str) -> bool:
        return permission in self._permissions

    def refusal(self, permission: str) -> Denied:
        return Denied("You may not.", status=401 if self.identity == NOBODY else 403)


class People:
    def access(self) -> Any:
        name, *permissions = request.headers.get("X-Person", "").split(" ")
        return Person(name, *permissions)


@pytest.mark.parametrize(
    ("options", "nobody", "ann", "reader"),
    [
        ({"public": True}, 200, 200, 200),
        ({}, 401, 200, 200),
        ({"permission": "report.read"}, 401, 403, 200),
    ],
)
@pytest.mark.parametrize("where", ["api", "view"])
def test_who_may(
    service: Any, options: Any, nobody: int, ann: int, reader: int, where: str
) -> None:
    """Nobody gets to what nobody declared public, and what is wrong is told to none of them."""

    def show(number: int = 0) -> int:
        return number

    if where == "api":
        service.rest.get("/it", **options)(show)
    else:
        service.app.add_url_rule("/api/it", "it", service.rest.endpoint(**options)(show))
    client = service.client()
    Registry.of(service.app).claim(ACCESS, People(), owner="people")
    for person, status in (("", nobody), ("ann", ann), ("ann report.read", reader)):
        assert client.get("/api/it", headers={"X-Person": person}).status_code == status
        wrong = client.get("/api/it?number=x", headers={"X-Person": person}).status_code
        assert wrong == (400 if status == 200 else status)


def test_without_a_provider_nobody_may(service: Any) -> None:
    """Deny unless allowed."""

    @service.rest.get("/it")
    def show() -> int:
        return 1

    assert service.client().get("/api/it").status_code == 403
