"""A client in TypeScript: one file that needs nothing but ``fetch``, made of the document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..document.shared import find_parameters
from ..http.media_type import BY_LINE
from .function_text import Function, FunctionText
from .naming import name_all, name_function, name_type
from .type_text import TypeText

RUNTIME = Path(__file__).parent / "runtime.ts"
_HEAD = """\
// Made by `flask rest client --lang typescript` of {title}, version {version}; do not edit.
/* eslint-disable */

const LINES: readonly string[] = {lines};
"""
_CLIENT = """\
/** Calls the interface: one function for each operation. */
export class Client {{
  constructor(readonly options: Options = {{}}) {{}}

{functions}}}
"""


def write_client(document: dict[str, Any]) -> str:
    """Return the client of an OpenAPI document of ours."""
    components = document["components"]
    schemas, responses = components["schemas"], components.get("responses", {})
    functions = list(_find_functions(document))
    calls = [each.call for each in functions] + [f"{each.call[:-4]}Answers" for each in functions]
    names = name_all(schemas, calls)
    types = TypeText(names)
    texts = FunctionText(types, responses)
    info = document["info"]
    title, version = (" ".join(info[name].split()) for name in ("title", "version"))
    parts = [
        _HEAD.format(title=title, version=version, lines=json.dumps(BY_LINE)),
        RUNTIME.read_text("utf-8"),
        *(types.declare(name, schema) for name, schema in schemas.items()),
        *(texts.declare(each) for each in functions),
        _CLIENT.format(functions="\n".join(map(texts.write, functions))),
    ]
    return "\n".join(parts)


def _find_functions(document: dict[str, Any]) -> Iterator[Function]:
    used = {"options", "constructor"}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            first = name = name_function(operation["operationId"])
            number = 2
            while name in used:
                name, number = f"{first}{number}", number + 1
            used.add(name)
            yield Function(
                name=name,
                call=f"{name_type(name)}Call",
                method=method,
                path=path,
                operation={**operation, "parameters": find_parameters(document, operation)},
            )
