"""Answers of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app

from ..response import make_answer
from .encoder import ENCODER
from .media_type import JSON


def answer_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Any:
    """Return an answer with a value as JSON."""
    return answer_bytes(ENCODER.encode(value), status, headers)


def answer_bytes(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Any:
    """Return an answer with JSON that was written already."""
    answer = make_answer(body, status, JSON)
    if headers:
        answer.headers.update(headers)
    return answer


def answer_nothing(status: int = 204, headers: Mapping[str, str] | None = None) -> Any:
    """Return an answer without a body."""
    answer: Response = current_app.response_class(b"", status, dict(headers or {}))
    answer.headers.pop("Content-Type", None)
    return answer
