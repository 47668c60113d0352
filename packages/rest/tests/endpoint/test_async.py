"""An async function runs where Flask runs async views."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from flask import request

from stack_core import SetupError

INSTALLED = importlib.util.find_spec("asgiref") is not None


@pytest.mark.skipif(not INSTALLED, reason="flask[async] is not installed")
def test_an_async_function_is_awaited(service: Any) -> None:
    """The request is at hand in it, and its errors are problems."""

    @service.rest.get("/it", public=True)
    async def show(number: int) -> list[Any]:
        return [number, request.path]

    client = service.client()
    assert client.get("/api/it?number=3").json == [3, "/api/it"]
    assert client.get("/api/it").status_code == 400


@pytest.mark.skipif(INSTALLED, reason="flask[async] is installed")
def test_an_async_function_says_what_to_install(service: Any) -> None:
    """When the application is made, and not at the first request."""

    @service.rest.get("/it", public=True)
    async def show() -> int:
        return 1

    with pytest.raises(SetupError, match=r'pip install "flask\[async\]"'):
        service.start()
