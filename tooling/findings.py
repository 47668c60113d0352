"""Reads the findings that our packages can report out of their source.

A finding is made by ``Finding(id, severity, message, fix, deploy=…)`` or by a function that wraps
it; what is no literal text there is shown as ``…``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FIELDS = ("id", "severity", "message", "fix", "deploy")
SEVERITIES = {"error", "warning", "info"}


@dataclass(frozen=True)
class Wrapper:
    """A function that makes findings of its own arguments."""

    prefix: str
    parameters: tuple[str, ...]
    deploy: bool


@dataclass(frozen=True, order=True)
class Row:
    """One finding as the reference shows it."""

    id: str
    severity: str
    message: str
    fix: str
    deploy: bool


def text_of(node: ast.expr | None, names: dict[str, str]) -> str:
    """Return the text that an expression gives, with ``…`` where it is not known here.

    :param names: the literal texts that were assigned to local names.
    """
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(part, names) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return text_of(left, names) + text_of(right, names)
        case ast.FormattedValue(value=ast.Name(id=name)) | ast.Name(id=name):
            return names.get(name, "…")
        case ast.IfExp(body=body, orelse=other):
            return f"{text_of(body, names)} / {text_of(other, names)}"
    return "…"


def assigned(function: ast.AST, end: int) -> dict[str, str]:
    """Return the literal texts that a function, or a module, gives to names before a line."""
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
    found: dict[str, str] = {}
    for node in sorted(nodes, key=lambda each: each.lineno):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if node.lineno < end:
                found[name] = text_of(value, found)
    return found


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """Yield the calls of a function by its plain name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def arguments(call: ast.Call, parameters: tuple[str, ...]) -> dict[str, ast.expr]:
    """Return the arguments of a call by name."""
    by_place = dict(zip(parameters, call.args, strict=False))
    return by_place | {word.arg: word.value for word in call.keywords if word.arg}


def is_true(node: ast.expr | None) -> bool:
    """Tell whether an argument is written as True."""
    return isinstance(node, ast.Constant) and node.value is True


def wrappers(tree: ast.Module) -> dict[str, Wrapper]:
    """Return the functions of a module that only pass their arguments on to ``Finding``."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        names = tuple(each.arg for each in node.args.args)
        for call in calls(node, "Finding"):
            given = arguments(call, FIELDS)
            severity = given.get("severity")
            if isinstance(severity, ast.Name) and severity.id in names:
                prefix = text_of(given["id"], {}).rstrip("…")
                found[node.name] = Wrapper(prefix, names, is_true(given.get("deploy")))
    return found


def scopes(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield each outermost function of a module, and each method."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from (part for part in node.body if isinstance(part, ast.FunctionDef))
        elif isinstance(node, ast.FunctionDef):
            yield node


def rows_of(file: Path) -> Iterator[Row]:
    """Yield the findings that a module can report."""
    tree = ast.parse(file.read_text("utf-8"))
    makers = {"Finding": Wrapper("", FIELDS, False)} | wrappers(tree)
    module = ast.Module([node for node in tree.body if isinstance(node, ast.Assign)], [])
    for scope in scopes(tree):
        for maker, wrapper in makers.items():
            for call in calls(scope, maker):
                names = assigned(module, sys.maxsize) | assigned(scope, call.lineno)
                given = arguments(call, wrapper.parameters)
                fields = dict(zip(FIELDS, wrapper.parameters, strict=False))
                values = {k: text_of(given.get(v), names) for k, v in fields.items()}
                if values["severity"] in SEVERITIES:
                    deploy = wrapper.deploy or is_true(given.get("deploy"))
                    identity = wrapper.prefix + values["id"]
                    yield Row(
                        identity, values["severity"], values["message"], values["fix"], deploy
                    )


def read_findings(files: list[Path]) -> list[Row]:
    """Return every finding of these modules, by id."""
    return sorted({row for file in files for row in rows_of(file)})
