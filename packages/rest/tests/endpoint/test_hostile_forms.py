"""Whatever is sent as a form, the answer is one that the client can do something about."""

from __future__ import annotations

import io
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage

from stack_rest import Form


@pytest.fixture
def forms(service: Any) -> Any:
    """An application that takes one form with a file and one without."""

    @service.rest.post("/plain", public=True)
    def plain(name: Annotated[str, Form()], number: Annotated[int, Form()] = 0) -> str:
        return name

    @service.rest.post("/file", public=True)
    def file(paper: FileStorage, name: Annotated[str, Form()] = "") -> str:
        return name

    return service


KNOWN = [b"name=%00", b"name=%ff&number=1", b"name=a;b"]


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.binary(max_size=60) | st.sampled_from(KNOWN),
    media_type=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=x",
        ]
    ),
)
def test_no_form_is_a_failure_of_the_application(forms: Any, body: bytes, media_type: str) -> None:
    """What cannot be read as a form lacks its fields."""
    for path in ("/api/plain", "/api/file"):
        answer = forms.client().post(path, data=body, content_type=media_type)
        assert answer.status_code in (200, 400, 415, 422)


def test_a_form_of_many_fields_is_refused(forms: Any) -> None:
    """Neither many fields nor a large one are read to their end."""
    client = forms.client()
    many = "&".join(f"a{number}=1" for number in range(60_000))
    for body in (many, "name=" + "a" * 5_000_000):
        answer = client.post(
            "/api/plain", data=body, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code in (413, 422)
        assert answer.mimetype == "application/problem+json"
    parts = {f"a{number}": "1" for number in range(2000)}
    parts["paper"] = (io.BytesIO(b""), "a.txt")  # type: ignore[assignment]
    assert client.post("/api/file", data=parts).status_code == 413
