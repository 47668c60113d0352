"""``flask stack …``: settings, extensions, check, secret, sweep."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import (
    PackageNotFoundError,
    distribution,
    packages_distributions,
    version,
)
from pathlib import Path
from typing import Any

import click
import msgspec
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo

from .checking import Report, check_app
from .error import BadSecretKey, SetupError
from .finding import Finding
from .masking import mask
from .registry import KEY, Installed, Registry
from .secret_key import get_fingerprint, get_path, make_secret_key, write_secret_key
from .settings import Settings, options
from .sweeping import sweep as sweep_app

stack = AppGroup("stack", help="Look at the extensions of the stack and check them.")
_TEXT_OR_JSON = click.Choice(["text", "json"])


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a werkzeug proxy
    if KEY not in Registry.of(app):
        raise SetupError(
            "No extension of the stack is on this application."
            " Call init_app of one of them, or of a Stack, in your factory."
        )
    return app


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


@stack.command()
@click.option("--format", "form", type=_TEXT_OR_JSON, default="text", help="How to print.")
def settings(form: str) -> None:
    """Show every setting, its value and where it comes from; secrets are masked."""
    app = _app()
    rows = [row for each in Registry.of(app).values() for row in _settings_of(app, each)]
    if form == "json":
        click.echo(json.dumps({"schema": 1, "settings": rows}, indent=2, default=str))
        return
    head = ("Setting", "Value", "From", "What it is")
    body = [(r["key"], repr(r["value"]), r["from"], r["description"]) for r in rows]
    _print_table([head, *body])


def _settings_of(app: Flask, each: Installed[Any, Any]) -> Iterable[dict[str, Any]]:
    declared: type[Settings] = type(each.settings)
    for option in options(declared, each.extension.prefix):
        yield {
            "extension": each.extension.name,
            "key": option.key,
            "value": mask(getattr(each.settings, option.name), option.secret),
            "from": "config" if option.key in app.config else "default",
            "description": option.description,
        }


@stack.command()
@click.option("--format", "form", type=_TEXT_OR_JSON, default="text", help="How to print.")
def extensions(form: str) -> None:
    """Show the extensions on this application, in the order of their set-up."""
    rows = [_describe(each) for each in Registry.of(_app()).values()]
    if form == "json":
        click.echo(json.dumps({"schema": 1, "extensions": rows}, indent=2))
        return
    head = ("Extension", "Distribution", "Version", "Protocol", "Requires")
    _print_table([head, *([*map(str, row.values())] for row in rows)])


def _describe(each: Installed[Any, Any]) -> dict[str, Any]:
    extension = each.extension
    name = _find_distribution(type(extension).__module__.partition(".")[0])
    return {
        "name": extension.name,
        "distribution": name or "-",
        "version": version(name) if name else "-",
        "protocol": getattr(extension, "protocol", "-"),
        "requires": ", ".join(getattr(extension, "requires", ())) or "-",
    }


def _find_distribution(package: str) -> str | None:
    """Return which distribution an import package comes from, editable ones included."""
    for name in packages_distributions().get(package, ()):
        return name
    try:
        return str(distribution(package).name)
    except PackageNotFoundError:
        return None


@stack.command(with_appcontext=False)
@click.option("--deploy", is_flag=True, help="Also what matters only in production.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="How to print; github: annotations of a workflow.",
)
@click.pass_context
def check(context: click.Context, deploy: bool, form: str) -> None:
    """Check the application; exit 1 with an error, with --deploy with a warning too."""
    info = context.ensure_object(ScriptInfo)
    try:
        app = info.load_app()
    except SetupError as error:
        fix = "Mend it as the message says."
        finding = Finding("stack.setup", "error", error.format_message(), fix)
        report = Report((finding,), deploy)
    else:
        with app.app_context():
            extra = _check_same_key(info, app) if deploy else ()
            report = check_app(_app(), deploy=deploy, extra=extra)
    _FORMS[form](report)
    context.exit(1 if report.failed else 0)


def _check_same_key(info: ScriptInfo, app: Flask) -> tuple[Finding, ...]:
    """Start the application a second time: workers must sign with one key."""
    key = app.config.get("SECRET_KEY")
    if not key or info.create_app is not None:
        return ()
    command = [sys.executable, "-m", "flask"]
    if info.app_import_path:
        command += ["--app", info.app_import_path]
    done = subprocess.run(
        [*command, "stack", "secret", "--fingerprint"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode or done.stdout.split()[-1:] == [get_fingerprint(key)]:
        return ()
    return (
        Finding(
            "stack.secret-key-random",
            "error",
            "'SECRET_KEY' is another one each time the application starts.",
            "Make it once with 'flask stack secret' and set FLASK_SECRET_KEY for every worker.",
            deploy=True,
        ),
    )


def _print_text(report: Report) -> None:
    colors = {"error": "red", "warning": "yellow", "info": "blue"}
    for finding in report.findings:
        click.secho(finding.severity, fg=colors[finding.severity], nl=False)
        click.echo(f" {finding.id}: {finding.message}\n    {finding.fix}")
    counts = (f"{report.count(s)} {w}" for s, w in (("error", "errors"), ("warning", "warnings")))
    click.echo(", ".join(counts) + f", {report.count('info')} notes.")


def _print_json(report: Report) -> None:
    body = {
        "schema": 1,
        "failed": report.failed,
        "findings": [msgspec.to_builtins(finding) for finding in report.findings],
    }
    click.echo(json.dumps(body, indent=2))


def _print_github(report: Report) -> None:
    words = {"error": "error", "warning": "warning", "info": "notice"}
    for finding in report.findings:
        text = f"{finding.message} {finding.fix}"
        for sign, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
            text = text.replace(sign, code)
        click.echo(f"::{words[finding.severity]} title={finding.id}::{text}")


_FORMS: dict[str, Callable[[Report], None]] = {
    "text": _print_text,
    "json": _print_json,
    "github": _print_github,
}


@stack.command(with_appcontext=False)
@click.option("--write", is_flag=True, help="Keep it in the instance folder, mode 0600.")
@click.option("--fingerprint", is_flag=True, help="Show a fingerprint of the key in use instead.")
@click.pass_context
def secret(context: click.Context, write: bool, fingerprint: bool) -> None:
    """Print a new secret key; nothing is changed unless --write is given."""
    if write and fingerprint:
        raise click.UsageError("Use one of --write and --fingerprint.")
    if fingerprint:
        click.echo(_fingerprint(context.ensure_object(ScriptInfo)))
    elif write:
        click.echo(f"A secret key was written to {_write(context.ensure_object(ScriptInfo))}.")
    else:
        click.echo(make_secret_key())


def _fingerprint(info: ScriptInfo) -> str:
    key = info.load_app().config.get("SECRET_KEY")
    if not key:
        raise SetupError("'SECRET_KEY' is not set. Run 'flask stack secret --write'.")
    return get_fingerprint(key)


def _write(info: ScriptInfo) -> Path:
    path = _key_path(info)
    try:
        write_secret_key(path)
    except FileExistsError:
        raise SetupError(
            f"{path} holds a secret key already. Remove it first if all sessions may end."
        ) from None
    except OSError as error:
        raise SetupError(
            f"{path} cannot be written ({error.strerror}). Make the folder writable."
        ) from None
    return path


def _key_path(info: ScriptInfo) -> Path:
    """Return where the key belongs, of an application that may refuse to start without one."""
    try:
        return get_path(info.load_app())
    except BadSecretKey as error:
        return error.path


@stack.command()
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=1000,
    show_default=True,
    help="At most so many things of each extension.",
)
def sweep(limit: int) -> None:
    """Remove what has expired."""
    for name, count in sweep_app(_app(), limit).items():
        if name != KEY:
            click.echo(f"{name}: {count}")
