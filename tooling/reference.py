"""Writes the documentation's references out of the code: settings, commands, errors, findings.

``--check`` changes nothing and exits 1 when a page is not what the code says.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import click

from findings import read_findings
from imports import own_sources, picture
from judged import write_doctor, write_rules
from launch import guarded
from pagetext import heading, table
from releasing.changelog import NOTE, write_page
from stack.extras import EXTRAS
from stack_core import Extension, Settings
from stack_core.settings import Option, options
from stack_doctor.command import OWN
from workspace import ROOT, Package, packages

MODULES = """\
What each module is for, what it imports of its own package, and which modules import it. There is
no circle in this picture, imports for types and in functions counted."""
API = """\
What is here is public, and nothing else is: what the `__all__` of each package names, and that of
its public modules, from which names are imported by the module's own name."""
T = TypeVar("T")
FOLDER = ROOT / "docs" / "reference"
SETTINGS = """\
Keys of `app.config`. With `FLASK_` in front each is also a variable of the environment, where the
application calls `app.config.from_prefixed_env()`, as a generated one does."""
COMMANDS = """\
What `stack` and our groups of `flask` do. None of them takes a secret as an argument."""
ERRORS = """\
Every error says what is wrong and what to do. `flask …` shows those of setting an application up
as one line, without a traceback."""
FINDINGS = """\
What `flask stack check` says. The ids are stable; those marked *deploy* are shown by `--deploy`
alone. `…` stands for what differs."""


def modules(package: Package) -> Iterator[ModuleType]:
    """Yield the package's modules; what is copied into applications is none."""
    face = importlib.import_module(package.module.name)
    yield face
    for info in pkgutil.walk_packages(face.__path__, f"{face.__name__}."):
        if not {"scaffold", "__main__"} & set(info.name.split(".")):
            yield importlib.import_module(info.name)


def classes(package: Package, kind: type[T]) -> list[type[T]]:
    """Return the classes of a kind that a package itself defines, by name."""
    found = {
        value
        for module in modules(package)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, kind)
        if value.__module__.partition(".")[0] == package.module.name
    }
    return sorted(found, key=lambda each: each.__name__)


def first_paragraph(thing: object) -> str:
    """Return the first paragraph of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n\n")[0].replace("``", "`")


def word(annotation: Any) -> str:
    """Return a setting's type in words, without its notes."""
    if args := getattr(annotation, "__metadata__", None) and annotation.__origin__:
        annotation = args
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return text.replace("typing.", "").replace("NoneType", "None")


def bounds(option: Option) -> str:
    """Return what a setting's value must keep to."""
    found = []
    for note in getattr(option.type, "__metadata__", ()):
        found += [f"≥ {note.ge:g}"] if note.ge is not None else []
        found += [f"≤ {note.le:g}"] if note.le is not None else []
    return ", ".join(found)


def owners() -> Iterator[tuple[str, str, type[Settings]]]:
    """Yield who has settings: a distribution, the prefix of the keys, the class."""
    for package in packages():
        prefixes = {
            each.settings: each.prefix for each in classes(package, Extension) if each.prefix
        }
        for settings in classes(package, Settings):
            own = sum(not option.upstream for option in options(settings, "STACK_"))
            if own or options(settings):
                yield package.distribution, prefixes.get(settings, "STACK_"), settings


def write_settings() -> str:
    """Return the page of settings."""
    parts = [heading("Settings", SETTINGS)]
    for distribution, prefix, settings in owners():
        rows = []
        for option in options(settings, prefix):
            default = "required" if option.required else f"`{option.default!r}`"
            kind = " ".join(filter(None, [f"`{word(option.type)}`", bounds(option)]))
            secret = " Secret: it is never shown." if option.secret else ""
            was = f" Once {', '.join(f'`{key}`' for key in option.was)}." if option.was else ""
            rows.append((f"`{option.key}`", kind, default, option.description + secret + was))
        if rows:
            head = ("Key", "Type", "Default", "What it is")
            parts.append(f"## {distribution}\n\n{table(head, rows)}")
    return "\n".join(parts)


def help_pages(name: str, command: click.Command, parent: click.Context | None) -> Iterator[str]:
    """Yield the help of a command and of all below it."""
    context = click.Context(command, info_name=name, parent=parent, max_content_width=90)
    depth = "##" if parent is None or parent.info_name == "flask" else "###"
    yield f"{depth} {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            inner = command.get_command(context, sub)
            if inner is not None:
                yield from help_pages(sub, inner, context)


def own_entries(group: str) -> Iterator[Any]:
    """Yield the entry points of a group that lead into our packages."""
    ours = {package.module.name for package in packages()}
    for entry in sorted(entry_points(group=group), key=lambda each: each.name):
        if entry.value.partition(":")[0].partition(".")[0] in ours:
            yield entry


def stack_commands() -> list[str]:
    """Return the subcommands of ``stack``: the doctor's own, and those that our packages offer."""
    return sorted({*OWN, *(entry.name for entry in own_entries("stack.commands"))})


def stack_help(*arguments: str) -> str:
    """Return what the console script prints."""
    command = [sys.executable, "-m", "stack", *arguments, "--help"]
    environment = {**os.environ, "COLUMNS": "90", "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.rstrip()


def write_commands() -> str:
    """Return the page of commands."""
    parts = [heading("Commands", COMMANDS)]
    for name in stack_commands():
        parts.append(f"## stack {name}\n\n```text\n{stack_help(name)}\n```\n")
    flask = click.Context(click.Group(), info_name="flask")
    for entry in own_entries("flask.commands"):
        parts += help_pages(entry.name, entry.load(), flask)
    return "\n".join(parts)


def write_errors() -> str:
    """Return the page of errors."""
    parts = [heading("Errors", ERRORS)]
    for package in packages():
        rows = [
            (f"`{each.__name__}`", f"`{each.__module__}`",
             ", ".join(f"`{base.__name__}`" for base in each.__bases__), first_paragraph(each))
            for each in classes(package, Exception)
            if not each.__name__.startswith("_")
        ]  # fmt: skip
        if rows:
            head = ("Error", "Module", "Is also", "When")
            parts.append(f"## {package.distribution}\n\n{table(head, rows)}")
    return "\n".join(parts)


def write_findings() -> str:
    """Return the page of findings."""
    parts = [heading("Findings", FINDINGS)]
    for package in packages():
        found = read_findings(own_sources(package))
        rows = [
            (
                f"`{row.id}`",
                row.severity + (", deploy" if row.deploy else ""),
                row.message,
                row.fix,
            )
            for row in found
        ]
        if rows:
            head = ("Id", "Severity", "What is wrong", "What to do")
            parts.append(f"## {package.distribution}\n\n{table(head, rows)}")
    return "\n".join(parts)


def write_modules() -> str:
    """Return the page of modules: what each is for, what it imports, who imports it."""
    parts = [heading("Modules", MODULES)]
    for package in packages():
        reaches, rows = picture(package), []
        for file, targets in reaches.items():
            callers = [other for other, seen in reaches.items() if file in seen]
            doc = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
            purpose = doc.partition("\n\n")[0].replace("``", "`")
            names = [
                ", ".join(f"`{module_name(package, each)}`" for each in sorted(some))
                for some in (targets, callers)
            ]
            rows.append((f"`{module_name(package, file)}`", purpose, *names))
        head = ("Module", "What it is for", "Imports", "Is imported by")
        parts.append(f"## {package.distribution}\n\n{table(head, rows)}")
    return "\n".join(parts)


def module_name(package: Package, file: Path) -> str:
    """Return a module's name inside its package."""
    parts = file.relative_to(package.module).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__" or len(parts) == 1)


def public_modules(package: Package) -> list[ModuleType]:
    """Return the modules whose ``__all__`` says what is public: the face first, others by name."""
    face, *others = modules(package)
    return [face, *(module for module in others if hasattr(module, "__all__"))]


def directive(name: str, thing: object) -> str:
    """Return the directive that describes what a module has under a name."""
    if isinstance(thing, type) and thing.__name__ == name:
        return "autoexception" if issubclass(thing, BaseException) else "autoclass"
    # What has another name of its own is an alias of a type.
    return "autofunction" if inspect.isroutine(thing) else "autodata"


def described_data(module: ModuleType) -> set[str]:
    """Return the module's variables that have a text of their own below them."""
    body = ast.parse(inspect.getsource(module)).body
    return {
        target.id
        for node, after in pairwise(body)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }


def describe_module(module: ModuleType) -> str:
    """Return the directives that make Sphinx describe what a module names in its ``__all__``."""
    lines = [f".. currentmodule:: {module.__name__}"]
    told = described_data(module)
    for name in module.__all__:
        kind = directive(name, getattr(module, name))
        if kind == "autodata" and name not in told:
            kind = "py:data"  # Sphinx would give the text of its class
        members = ["   :members:"] if kind in ("autoclass", "autoexception") else []
        lines += ["", f".. {kind}:: {name}", *members]
    return "```{eval-rst}\n" + "\n".join(lines) + "\n```\n"


def write_api() -> str:
    """Return the page of what is public, described by Sphinx."""
    parts = [heading("API", API)]
    for package in packages():
        face, *others = public_modules(package)
        if face.__all__ or others:
            parts.append(f"## {package.distribution}\n")
        if face.__all__:
            parts.append(describe_module(face))
        for module in others:
            purpose = first_paragraph(module)
            parts.append(f"### {module.__name__}\n\n{purpose}\n\n{describe_module(module)}")
    return "\n".join(parts)


def write_extras() -> str:
    """Return the table of the roof's extras; a page includes it."""
    roof = next(package for package in packages() if package.name == "stack")
    rows = []
    for extra in EXTRAS:
        installs = ", ".join(f"`{line.name}`" for line in roof.extras[extra.name])
        owner = extra.goes_with or ("core" if extra.kind == "with" else "")
        goes = f" of `{owner}`" if owner else ""
        rows.append((f"`{extra.name}`", extra.kind + goes, installs))
    return table(("Extra", "Kind", "Installs"), rows)


PAGES: dict[str, Callable[[], str]] = {
    "settings": write_settings,
    "commands": write_commands,
    "errors": write_errors,
    "findings": write_findings,
    "rules": write_rules,
    "doctor": write_doctor,
    "modules": write_modules,
    "api": write_api,
    "extras": write_extras,
    "changes": write_page,
}


def main() -> int:
    """Write the pages, or say which differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    wrong = []
    for name, write in PAGES.items():
        text, file = NOTE + write(), FOLDER / f"{name}.md"
        if check:
            wrong += [] if file.exists() and file.read_text("utf-8") == text else [name]
        else:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
    for name in wrong:
        told = "is not what the code says. Run 'python tooling/reference.py'."
        print(f"docs/reference/{name}.md {told}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(guarded(main))
