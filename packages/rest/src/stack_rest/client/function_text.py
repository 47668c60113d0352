"""Operations as functions of TypeScript."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ..document.content import ITEM
from ..http.media_type import BY_LINE, JSON, is_json
from .naming import name_property, name_type, write_comment
from .type_text import TypeText

_GROUPS = (("path", "path"), ("query", "query"), ("header", "headers"))


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """One operation, as its function is written.

    :param name: of the function.
    :param call: the name of the type that it takes.
    :param operation: its object in the document.
    """

    name: str
    call: str
    method: str
    path: str
    operation: Mapping[str, Any]


class FunctionText:
    """Writes functions with the types that they take and answer.

    :param responses: those that operations share.
    """

    def __init__(self, types: TypeText, responses: Mapping[str, Any]) -> None:
        self._types = types
        self._responses = responses

    def declare(self, function: Function) -> str:
        """Return the declarations of what a function takes, and of what it may answer."""
        inner = "".join(self._write_groups(function.operation))
        made = f"export interface {function.call} extends Call {{\n{inner}}}\n"
        if (answers := self._read_answers(function.operation)) and len(answers) > 1:
            lines = "".join(f"  {json.dumps(name)}: {each};\n" for name, each in answers.items())
            made += f"\nexport interface {_name_answers(function)} {{\n{lines}}}\n"
        return made

    def write(self, function: Function) -> str:
        """Return a function of the client."""
        answers = self._read_answers(function.operation)
        wire = {"method": function.method.upper(), "path": function.path}
        if sends := self._sends(function.operation):
            wire["sends"] = sends
        written = ", ".join(f"{name}: {json.dumps(each)}" for name, each in wire.items())
        if joined := _list_joined(function.operation):
            written += f", joined: {json.dumps(joined)}"
        optional = "" if self._needs_call(function.operation) else " = {}"
        if len(answers) > 1:
            return self._write_choice(function, answers, written, optional)
        type_, accept = "undefined", ""
        for name, each in answers.items():
            type_, accept = each, f", accept: {json.dumps(name)}"
        return (
            f"{self._comment(function)}"
            f"  {function.name}(call: {function.call}{optional}): Promise<Answer<{type_}>> {{\n"
            f"    return send(this.options, {{ {written}{accept} }}, call);\n  }}\n"
        )

    def _write_choice(
        self, function: Function, answers: Mapping[str, str], written: str, optional: str
    ) -> str:
        """Return a function whose answer is of the media type that is asked for."""
        kinds, first = _name_answers(function), json.dumps(next(iter(answers)))
        given = f"{function.call} & {{ accept?: A }}{optional}"
        return (
            f"{self._comment(function)}"
            f"  {function.name}<A extends keyof {kinds} = {first}>(\n"
            f"    call: {given},\n"
            f"  ): Promise<Answer<{kinds}[A]>> {{\n"
            f"    const accept = call.accept ?? {first};\n"
            f"    return send(this.options, {{ {written}, accept }}, call);\n  }}\n"
        )

    def _comment(self, function: Function) -> str:
        operation = function.operation
        told = [operation.get("description") or operation.get("summary", "")]
        failed = [status for status in operation["responses"] if status >= "400"]
        if failed:
            told += ["", f"@throws {{ApiProblem}} {', '.join(failed)}"]
        if operation.get("deprecated"):
            told.append("@deprecated")
        return write_comment(told, "  ")

    def _write_groups(self, operation: Mapping[str, Any]) -> Iterator[str]:
        parameters = operation.get("parameters", ())
        for where, group in _GROUPS:
            inside = [each for each in parameters if each["in"] == where]
            if inside:
                mark = "" if any(each["required"] for each in inside) else "?"
                lines = "".join(map(self._write_parameter, inside))
                yield f"  {group}{mark}: {{\n{lines}  }};\n"
        if (body := operation.get("requestBody")) is not None:
            mark = "" if body.get("required") else "?"
            schema = body["content"][self._sends(operation)].get("schema", {})
            yield f"  body{mark}: {self._types.write(schema, '  ')};\n"

    def _write_parameter(self, parameter: Mapping[str, Any]) -> str:
        made = self._types.write(parameter["schema"], "    ")
        comment = write_comment([parameter.get("description", "")], "    ")
        name = name_property(parameter["name"])
        rest = f": {made}" if parameter["required"] else f"?: {made} | undefined"
        return f"{comment}    {name}{rest};\n"

    def _read_answers(self, operation: Mapping[str, Any]) -> dict[str, str]:
        """Return the types of what is answered where all goes well, by media type."""
        found: dict[str, list[str]] = {}
        bare = False
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                whole = self._resolve(response)
                bare = bare or not whole.get("content")
                for name, content in whole.get("content", {}).items():
                    found.setdefault(name, []).append(self._write_answer(name, content, found))
        last = ["undefined"] if bare else []
        return {name: " | ".join(dict.fromkeys([*each, *last])) for name, each in found.items()}

    def _write_answer(
        self, media_type: str, content: Mapping[str, Any], before: Mapping[str, list[str]]
    ) -> str:
        if media_type in BY_LINE:
            if JSON in before:
                return f"Lines<Item<{' | '.join(before[JSON])}>>"
            return f"Lines<{self._types.write(content.get(ITEM, {}), '  ')}>"
        if is_json(media_type):
            return self._types.write(content.get("schema", {}), "  ")
        return "Text" if media_type.startswith("text/") else "Blob"

    def _resolve(self, response: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = response.get("$ref")
        if reference is None:
            return response
        shared: Mapping[str, Any] = self._responses[reference.rpartition("/")[2]]
        return shared

    def _sends(self, operation: Mapping[str, Any]) -> str:
        """Return the media type in which a body is sent; empty: there is none."""
        return next(iter(operation.get("requestBody", {}).get("content", ())), "")

    def _needs_call(self, operation: Mapping[str, Any]) -> bool:
        parameters = operation.get("parameters", ())
        body = operation.get("requestBody", {})
        return bool(body.get("required")) or any(each["required"] for each in parameters)


def _name_answers(function: Function) -> str:
    return f"{name_type(function.name)}Answers"


def _list_joined(operation: Mapping[str, Any]) -> list[str]:
    """Return lists in the address whose values are joined by commas."""
    return [
        each["name"] for each in operation.get("parameters", ()) if each.get("explode") is False
    ]
