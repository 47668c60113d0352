"""A relation that is to be included leads to a resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stack_rest.document.check import check_document


def test_include_of_no_resource_is_found(serve: Callable[..., Any], lib: Any) -> None:
    """What would fail at the first request that asks for it is told by the check."""

    def declare(rest: Any) -> None:
        rest.resource(lib.Book, public={"*"}, include=("author", "tags"))
        rest.resource(lib.Tag, public={"*"})

    api = serve(declare)
    found = [each for each in check_document(api.app, api.state) if each.severity == "error"]
    assert [each.id for each in found] == ["rest.nothing-to-include"]
    assert "'author'" in found[0].message
