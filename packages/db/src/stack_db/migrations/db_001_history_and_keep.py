"""What was changed, and small values with an end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMBLOB

revision = "db_001"
down_revision = None
branch_labels = ("db",)
depends_on = None

KEPT_ON_FILE = "sqlite"
BYTES = sa.LargeBinary().with_variant(MEDIUMBLOB(), "mysql", "mariadb")
MOMENT = sa.DateTime(timezone=True).with_variant(DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "db_history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("request_id", sa.String(128), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("old", sa.JSON(), nullable=False),
        sa.Column("new", sa.JSON(), nullable=False),
        sa.Column("where", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mariadb_charset="utf8mb4",
    )
    op.create_index("ix_db_history_row", "db_history", ["kind", "key", "id"])
    if op.get_context().dialect.name == KEPT_ON_FILE:
        return
    op.create_table(
        "db_keep",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", BYTES, nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("begins_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        mysql_charset="utf8mb4",
        mariadb_charset="utf8mb4",
    )
    op.create_index("ix_db_keep_ends_at", "db_keep", ["ends_at"])


def downgrade() -> None:
    if op.get_context().dialect.name != KEPT_ON_FILE:
        op.drop_table("db_keep")
    op.drop_table("db_history")
