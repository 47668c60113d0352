"""What people look for a flight by, of those that are loaded too."""

import sqlalchemy as sa
import stack_db.searching.operation as searching
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("flight") as flight:
        flight.add_column(sa.Column("title", sa.String(32), nullable=True))
    columns = ("carrier", "number", "origin", "destination", "tailnum", "title")
    table = sa.table("flight", *map(sa.column, columns))
    number = sa.cast(table.c.number, sa.String(10))
    words = (table.c.carrier, number, table.c.origin, table.c.destination)
    title = words[0]
    for word in words[1:]:
        title = title.concat(" ").concat(word)
    plane = sa.literal(" ").concat(table.c.tailnum)
    op.execute(sa.update(table).values(title=title.concat(sa.func.coalesce(plane, ""))))
    with op.batch_alter_table("flight") as flight:
        flight.alter_column("title", existing_type=sa.String(32), nullable=False)
    searching.create_search_index(op, "flight", ["title"], key=["id"], numbered=True)


def downgrade() -> None:
    searching.drop_search_index(op, "flight", ["title"], key=["id"], numbered=True)
    with op.batch_alter_table("flight") as flight:
        flight.drop_column("title")
