"""One answer held against what the document says of its operation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from ..document.schema_faults import escape, find_target
from ..http.media_type import is_json

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

_DOCUMENT = "urn:document"
_MISSING = (
    "Answers cannot be held against the document without 'jsonschema'."
    " Run python -m pip install jsonschema"
)


class Judge:
    """Holds answers against a document.

    :raises pytest.UsageError: jsonschema is not installed.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._validator = _make_validators(document)

    def judge(self, path: str, method: str, response: TestResponse) -> Iterator[str]:
        """Yield in a sentence each what the document does not tell of."""
        methods = self._document["paths"].get(path, {})
        # Flask answers HEAD where there is GET.
        told = methods.get("get" if method == "HEAD" else method.lower())
        if told is None:
            yield f"{method} {path} is not in the document."
            return
        who = f"{told['operationId']} ({method} {path})"
        place = f"#/paths/{escape(path)}/{'get' if method == 'HEAD' else method.lower()}/responses"
        known = told["responses"]
        status = str(response.status_code)
        if status not in known:
            yield f"{who} answered {status}; the document knows {', '.join(known)}."
            return
        where = known[status].get("$ref", f"{place}/{status}")
        yield from self._judge_content(who, where, response, body=method != "HEAD")

    def _judge_content(
        self, who: str, where: str, response: TestResponse, *, body: bool
    ) -> Iterator[str]:
        content = find_target(self._document, where).get("content", {})
        status, media_type = response.status_code, response.mimetype or ""
        if not content:
            if response.get_data():
                yield f"{who} answered {status} with a body; the document knows none."
            return
        if media_type not in content:
            if body or media_type:
                names = ", ".join(content)
                yield f"{who} answered {status} as {media_type!r}; the document knows {names}."
            return
        if body and is_json(media_type):
            reference = f"{where}/content/{escape(media_type)}/schema"
            yield from self._judge_body(who, reference, response)

    def _judge_body(self, who: str, reference: str, response: TestResponse) -> Iterator[str]:
        value = response.get_json(force=True, silent=True)
        if value is None and response.get_data().strip() != b"null":
            yield f"{who} answered {response.status_code} with a body that is no JSON."
            return
        for error in self._validator(reference).iter_errors(value):
            best = _find_deepest(error)
            pointer = "".join(f"/{escape(str(each))}" for each in best.absolute_path)
            rule = "/".join(map(str, best.absolute_schema_path))
            yield (
                f"{who} answered {response.status_code} with a wrong value at"
                f" '{pointer}': {best.message} (rule '{best.validator}' of {reference}/{rule})."
            )


def _make_validators(document: dict[str, Any]) -> Any:
    """Return a function that makes the validator of a schema, by its place in the document."""
    try:
        from jsonschema import Draft202012Validator
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012
    except ImportError:
        raise pytest.UsageError(_MISSING) from None
    resource = DRAFT202012.create_resource(document)
    registry: Any = Registry().with_resource(_DOCUMENT, resource)
    formats = Draft202012Validator.FORMAT_CHECKER

    @cache
    def make(reference: str) -> Any:
        schema = {"$ref": f"{_DOCUMENT}{reference}"}
        return Draft202012Validator(schema, registry=registry, format_checker=formats)

    return make


def _find_deepest(error: Any) -> Any:
    """Return the most telling of the errors behind one: that of the alternative that came near."""
    from jsonschema.exceptions import best_match

    return best_match([error]) or error
