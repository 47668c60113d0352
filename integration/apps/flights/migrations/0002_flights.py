"""Flights, with their airlines, airports and planes."""

import sqlalchemy as sa
import stack_db
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_flight_carrier": ["carrier", "departs_at", "id"],
    "ix_flight_departs_at": ["departs_at", "id"],
    "ix_flight_destination": ["destination", "departs_at", "id"],
    "ix_flight_origin": ["origin", "departs_at", "id"],
    "ix_flight_tailnum": ["tailnum"],
}


def upgrade() -> None:
    op.create_table(
        "airline",
        sa.Column("code", sa.String(2), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_airline")),
    )
    op.create_table(
        "airport",
        sa.Column("code", sa.String(3), nullable=False),
        sa.Column("name", sa.String(80), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("altitude", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_airport")),
    )
    op.create_table(
        "plane",
        sa.Column("tailnum", sa.String(6), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("manufacturer", sa.String(40), nullable=True),
        sa.Column("model", sa.String(40), nullable=True),
        sa.Column("kind", sa.String(40), nullable=True),
        sa.Column("engines", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tailnum", name=op.f("pk_plane")),
    )
    _create_flight()
    for name, columns in INDEXES.items():
        op.create_index(name, "flight", columns)


def _create_flight() -> None:
    op.create_table(
        "flight",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("departs_at", stack_db.Instant(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("carrier", sa.String(2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(3), nullable=False),
        sa.Column("destination", sa.String(3), nullable=False),
        sa.Column("tailnum", sa.String(6), nullable=True),
        sa.Column("departure_delay", sa.Integer(), nullable=True),
        sa.Column("arrival_delay", sa.Integer(), nullable=True),
        sa.Column("air_time", sa.Integer(), nullable=True),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flight")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(name))
            for column, target, name in (
                ("carrier", "airline.code", "fk_flight_carrier_airline"),
                ("origin", "airport.code", "fk_flight_origin_airport"),
                ("destination", "airport.code", "fk_flight_destination_airport"),
                ("tailnum", "plane.tailnum", "fk_flight_tailnum_plane"),
            )
        ),
        sa.UniqueConstraint(
            "carrier",
            "number",
            "origin",
            "departs_at",
            name=op.f("uq_flight_carrier_number_origin_departs_at"),
        ),
    )


def downgrade() -> None:
    for table in ("flight", "plane", "airport", "airline"):
        op.drop_table(table)
