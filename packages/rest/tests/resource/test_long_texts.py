"""Text of 100 kB is answered at once, whatever it is and wherever it stands."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pytest

LENGTH = 100_000
BOUND = 2.0
"""Seconds of this process for what takes hundredths; a square of the length takes a minute."""

TEXTS = {
    "letters": "a" * LENGTH,
    "blanks": "a" + " " * LENGTH + "b",
    "type": "a/b" + " " * LENGTH + "c",
    "tabs": "a/b" + "\t" * LENGTH + ";c",
    "types": "a/b," * (LENGTH // 4),
    "quotes": '"' * LENGTH,
    "slashes": "\\" * LENGTH,
    "commas": "id," * (LENGTH // 3),
    "semicolons": "a;" * (LENGTH // 2),
    "dots": "a." * (LENGTH // 2),
    "percent": "%" * LENGTH,
    "stars": "*" * LENGTH,
    "digits": "9" * LENGTH,
    "power": "1e" + "9" * LENGTH,
    "clock": "2026-01-01T" + "0" * LENGTH,
    "span": "P" + "1D" * (LENGTH // 2),
}
HEADERS = [
    "Accept", "Authorization", "Content-Type", "Cookie", "Idempotency-Key", "If-Match",
    "If-None-Match", "Origin", "X-Request-ID",
]  # fmt: skip
PARAMETERS = ["search", "sort", "cursor", "limit", "title[contains]", "price", "nope"]
FIELDS = [
    "text", "integer", "decimal", "floating", "boolean", "day", "clock", "moment", "span", "uuid",
    "binary", "json", "mixed", "sized",
]  # fmt: skip
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())


class Watch:
    """Measures the processor's time of this process, so that a busy machine changes nothing."""

    def __enter__(self) -> None:
        self._began = time.process_time()

    def __exit__(self, *error: object) -> None:
        assert time.process_time() - self._began < BOUND


@each_text
def test_headers(api: Any, text: str) -> None:
    """T46: no header takes longer than its length lets expect, wherever it is sent."""
    for header in HEADERS:
        for path in ("/books/1", "/nope"):
            with Watch():
                api.get(path, headers={header: text})
        with Watch():
            api.post("/books", data=b"{}", headers={"Content-Type": "text/plain", header: text})


@each_text
def test_parameters(api: Any, text: str) -> None:
    """T46: nor does any parameter of a list."""
    told = quote(text)
    for name in PARAMETERS:
        with Watch():
            api.get(f"/books?{name}={told}")


@each_text
def test_keys(api: Any, text: str) -> None:
    """T46: nor does any text in the place of a key."""
    told = quote(text, safe="")
    for path in ("/books", "/tags", "/copies"):
        with Watch():
            api.get(f"{path}/{told}")


@each_text
def test_values(api: Any, text: str) -> None:
    """T46: nor does a value of any type, nor what many writes name."""
    with Watch():
        api.post("/samples", dict.fromkeys(FIELDS, text))
    for field in FIELDS:
        with Watch():
            api.post("/samples", {field: text})
    with Watch():
        api.post("/books/bulk", {"writes": [{"act": "delete", "key": text, "match": f'"{text}'}]})
