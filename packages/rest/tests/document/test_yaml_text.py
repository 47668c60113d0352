"""The document as YAML."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stack_rest.document.yaml_text import write_yaml

TEXT = st.text(st.characters(codec="utf-8"))
PLAIN = st.none() | st.booleans() | st.integers() | TEXT
DATA = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20
)


def test_document_is_the_same_as_json(document: dict[str, Any]) -> None:
    """YAML and JSON say the same."""
    assert yaml.safe_load(write_yaml(document)) == document


@given(DATA)
def test_reader_gets_back_what_was_written(value: Any) -> None:
    """Whatever plain data is written, a reader of YAML gets it back."""
    assert yaml.safe_load(write_yaml(value)) == value


@pytest.mark.parametrize("key", ["on", "no", "null", "200", "1.5", "a: b", "# a", "", "Yes", "~"])
def test_key_that_looks_like_something_else_is_text(key: str) -> None:
    """A name is in quotes where YAML would take it for something else."""
    assert yaml.safe_load(write_yaml({key: [{}, []]})) == {key: [{}, []]}
