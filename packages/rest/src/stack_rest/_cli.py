"""``flask rest …``: the document, the check of it, and programs that call the interface."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

rest = AppGroup("rest", help="Write the document of the interface, check it, make clients of it.")
_OUTPUT = click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; otherwise it is printed.",
)


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a werkzeug proxy
    return app


def _write(text: str, output: Path | None) -> None:
    """Write text to a file, or print it, in the same bytes everywhere."""
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise click.ClickException(f"'{output}' cannot be written: {error.strerror}.") from None


@rest.command()
@click.option("--format", "form", type=click.Choice(["json", "yaml"]), default="json")
@_OUTPUT
def openapi(form: str, output: Path | None) -> None:
    """Write the OpenAPI document of this application."""
    from ._extension import Rest
    from .document.document import make_document
    from .document.serving import FORMATS

    app = _app()
    _, write = FORMATS[form]
    _write(write(make_document(app, Rest.of(app))), output)


@rest.command()
def check() -> None:
    """Hold the application against its document; exit with 1 where they differ."""
    from ._extension import Rest
    from .document.check import check_document
    from .document.route import find_routes

    app = _app()
    state = Rest.of(app)
    found = list(check_document(app, state))
    for finding in found:
        click.echo(f"{finding.severity}: {finding.id}: {finding.message} {finding.fix}")
    if any(finding.severity == "error" for finding in found):
        raise SystemExit(1)
    number = len(find_routes(app))
    served = "1 operation is" if number == 1 else f"{number} operations are"
    click.echo(f"{served} served as the document says.")


@rest.command()
@click.option("--lang", type=click.Choice(["typescript"]), required=True, help="In what to write.")
@_OUTPUT
def client(lang: str, output: Path | None) -> None:
    """Write a program's half of the interface: its types, and a function for each operation."""
    from ._extension import Rest
    from .client.typescript import write_client
    from .document.document import make_document

    app = _app()
    _write(write_client(make_document(app, Rest.of(app))), output)
