"""What a list of values is of."""

from __future__ import annotations

from typing import Any

import pytest

from stack_rest.document.choice import tell_type


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"enum": ["a", "b"]}, {"enum": ["a", "b"], "type": "string"}),
        ({"enum": [1, 2]}, {"enum": [1, 2], "type": "integer"}),
        ({"enum": ["a", 1]}, {"enum": ["a", 1]}),
        ({"enum": ["a", None]}, {"enum": ["a", None]}),
        ({"enum": [True]}, {"enum": [True]}),
        ({"enum": ["a"], "type": ["string"]}, {"enum": ["a"], "type": ["string"]}),
        ({"items": {"enum": ["a"]}}, {"items": {"enum": ["a"], "type": "string"}}),
        ({"$ref": "#/x"}, {"$ref": "#/x"}),
    ],
)
def test_values_of_one_type_have_it(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    """Whoever reads the schema need not look at each value."""
    assert tell_type(schema) == expected
