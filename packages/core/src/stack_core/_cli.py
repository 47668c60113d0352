"""``flask stack …``: settings, extensions, check, secret, sweep."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import (
    PackageNotFoundError,
    distribution,
    packages_distributions,
    version,
)
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo

from .checking import Report, check_app
from .error import BadSecretKey, SetupError
from .masking import describe_error, mask
from .printing import FORMS, print_table
from .registry import KEY, Installed, Registry
from .secret_key import (
    get_fingerprint,
    get_path,
    make_secret_key,
    write_secret_key,
)
from .settings import Settings, options
from .starting import check_same_key, explain_start
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


@stack.command()
@click.option("--format", "form", type=_TEXT_OR_JSON, default="text", help="How to print.")
def settings(form: str) -> None:
    """Show every setting, its value and where it comes from; secrets are masked."""
    app = _app()
    rows = [row for each in Registry.of(app).values() for row in _settings_of(app, each)]
    if form == "json":
        click.echo(json.dumps({"schema": 1, "settings": rows}, indent=2))
        return
    head = ("Setting", "Value", "From", "What it is")
    body = [(r["key"], repr(r["value"]), r["from"], r["description"]) for r in rows]
    print_table([head, *body])


def _settings_of(app: Flask, each: Installed[Any, Any]) -> Iterable[dict[str, Any]]:
    declared: type[Settings] = type(each.settings)
    for option in options(declared, each.extension.prefix):
        value = getattr(each.settings, option.name)
        if option.upstream:  # its library reads it there, and may have set it itself
            value = app.config.get(option.key, value)
        default = option.key not in app.config or (option.upstream and value is option.default)
        yield {
            "extension": each.extension.name,
            "key": option.key,
            "value": mask(value, option.secret),
            "from": "default" if default else "config",
            "description": option.description,
        }


@stack.command()
@click.option("--format", "form", type=_TEXT_OR_JSON, default="text", help="How to print.")
def extensions(form: str) -> None:
    """Show the extensions on this application, in the order of their set-up."""
    packages = packages_distributions()
    rows = [_describe(each, packages) for each in Registry.of(_app()).values()]
    if form == "json":
        click.echo(json.dumps({"schema": 1, "extensions": rows}, indent=2))
        return
    head = ("Extension", "Distribution", "Version", "Protocol", "Requires")
    print_table([head, *([*map(str, row.values())] for row in rows)])


def _describe(each: Installed[Any, Any], packages: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    extension = each.extension
    name = _find_distribution(type(extension).__module__.partition(".")[0], packages)
    return {
        "name": extension.name,
        "distribution": name or "-",
        "version": version(name) if name else "-",
        "protocol": getattr(extension, "protocol", "-"),
        "requires": ", ".join(getattr(extension, "requires", ())) or "-",
    }


def _find_distribution(package: str, packages: Mapping[str, Sequence[str]]) -> str | None:
    """Return which distribution an import package comes from, editable ones included."""
    for name in packages.get(package, ()):
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
    type=click.Choice(list(FORMS)),
    default="text",
    help="How to print; github: annotations of a workflow.",
)
@click.pass_context
def check(context: click.Context, deploy: bool, form: str) -> None:
    """Check the application; exit 1 with an error, with --deploy with a warning too."""
    info = context.ensure_object(ScriptInfo)
    try:
        app = info.load_app()
        with app.app_context():
            extra = check_same_key(info, app) if deploy else ()
            report = check_app(_app(), deploy=deploy, extra=extra)
    except Exception as error:
        report = Report((explain_start(error),), deploy)
    FORMS[form](report)
    context.exit(1 if report.failed else 0)


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
    """Return where the key belongs, of an application that may refuse to start without one.

    :raises SetupError: nobody would read the file.
    """
    try:
        app = info.load_app()
    except BadSecretKey as error:
        if error.path is None:
            raise
        return error.path
    path = get_path(app)
    if app.config.get("SECRET_KEY") and not path.exists():
        raise SetupError(
            f"'SECRET_KEY' is set and would go before {path}. Remove it where it is set, first."
        )
    if not Registry.of(app).composed:
        raise SetupError(
            f"{path} would not be read, as no Stack composes this application."
            " Set SECRET_KEY to what 'flask stack secret' prints."
        )
    return path


@stack.command()
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=1000,
    show_default=True,
    help="At most so many things of each extension.",
)
@click.pass_context
def sweep(context: click.Context, limit: int) -> None:
    """Remove what has expired; exit 1 when an extension could not."""
    results = sweep_app(_app(), limit)
    for name, result in results.items():
        if isinstance(result, Exception):
            click.echo(f"{name}: failed ({describe_error(result)})", err=True)
        else:
            click.echo(f"{name}: {result}")
    failed = any(isinstance(result, Exception) for result in results.values())
    context.exit(1 if failed else 0)
