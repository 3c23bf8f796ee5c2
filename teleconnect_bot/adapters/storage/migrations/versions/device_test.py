"""The result of a device test, with the link and with the seat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "device_test"
down_revision = "dialogue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("link", sa.Column("tested", sa.Text(), nullable=True))
    op.add_column("seat", sa.Column("tested", sa.Text(), nullable=True))
