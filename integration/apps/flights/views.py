"""The pages: flights, one flight, airlines and airports."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable

from flask import Blueprint, current_app, render_template, request

from ..extensions import db
from . import listing, wording
from .commands import load
from .filters import GREATEST_ID, YEAR, read_filters, read_place

blueprint = Blueprint(
    "flights",
    __name__,
    url_prefix="/flights",
    template_folder="templates",
    static_folder="static",
)
blueprint.cli.add_command(load)


@blueprint.context_processor
def words() -> dict[str, Callable[..., str]]:
    """Give the templates what puts times and delays into words."""
    return {"clock": wording.clock, "delay": wording.delay, "outcome": wording.outcome}


@blueprint.get("/")
def index() -> str:
    """List the flights, as filtered."""
    filters = read_filters(request.args)
    page = listing.page(current_app, filters, read_place(request.args))
    return render_template(
        "flights/index.html",
        page=page,
        rows=[listing.Row(*row) for row in page.rows],
        filters=filters,
        choices=listing.choices(db.session()),
        months=[(number, f"{month_name[number]} {YEAR}") for number in range(1, 13)],
    )


@blueprint.get(f"/<int(min=1, max={GREATEST_ID}):id>")
def flight(id: int) -> str:
    """Show one flight."""
    return render_template("flights/flight.html", flight=listing.flight(db.session(), id))


@blueprint.get("/airlines")
def airlines() -> str:
    """List the airlines with how much they fly."""
    return render_template("flights/airlines.html", airlines=listing.airlines(db.session()))


@blueprint.get("/airports")
def airports() -> str:
    """List the airports that are served."""
    return render_template("flights/airports.html", airports=listing.airports(db.session()))
