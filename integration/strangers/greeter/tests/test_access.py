"""Who may do what."""

from __future__ import annotations

import pytest
from stack_core import Registry
from stack_core.access import ACCESS, find_access

from application import TOKEN, create_app


def test_access_is_found_by_its_slot() -> None:
    """Whoever asks core for access asks this."""
    app = create_app()
    assert Registry.of(app).find(ACCESS) is not None
    assert not find_access(app).allows("hat.read")


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        (f"Bearer {TOKEN}", True),
        (f"bearer {TOKEN}", True),
        (f"Basic {TOKEN}", False),
        ("Bearer ", False),
        ("Bearer another", False),
        ("", False),
    ],
)
def test_token_is_compared(header: str, allowed: bool) -> None:
    """Only the token of the settings lets in."""
    app = create_app()
    with app.test_request_context(headers={"Authorization": header}):
        access = find_access(app)
        assert access.allows("hat.create") is allowed
        assert (access.identity.key == "") is not allowed
        if not allowed:
            assert access.refusal("hat.create").status == 401


def test_nobody_is_let_in_without_a_token() -> None:
    """An empty setting is no token that anybody could send."""
    app = create_app(GREETER_TOKEN="")
    with app.test_request_context(headers={"Authorization": "Bearer "}):
        assert not find_access(app).allows("hat.create")
