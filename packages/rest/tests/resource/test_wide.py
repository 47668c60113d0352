"""A resource with more fields than anybody would write down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import mapped_column

from . import shelves

COLUMNS = 130


class Wide(shelves.db.Model):
    """A row of a survey."""

    __tablename__ = "wide"
    id = mapped_column(sa.Integer, primary_key=True)


for _number in range(COLUMNS):
    setattr(Wide, f"answer_{_number}", mapped_column(sa.Integer, nullable=True))


def test_resource_of_many_fields(serve: Callable[..., Any]) -> None:
    """All fields of a resource are shown where nobody asks for fewer, however many it has."""
    api = serve(lambda rest: rest.resource(Wide, public=("*",)))
    made = api.post("/wides", {f"answer_{number}": number for number in range(COLUMNS)})
    assert (made.status_code, len(made.json)) == (201, COLUMNS + 1)
    assert api.items("/wides")[0] == made.json
    assert api.get("/wides/1").json == made.json
    assert api.get("/wides?format=csv").text.count(",") == 2 * COLUMNS
    names = ",".join(f"answer_{number}" for number in range(120))
    assert len(api.items(f"/wides?fields={names}")[0]) == 120
