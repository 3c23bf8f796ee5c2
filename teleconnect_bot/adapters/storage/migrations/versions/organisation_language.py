"""The language in which an interpreting organisation is written to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "organisation_language"
down_revision = "configured_organisations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("organisation") as organisation:
        organisation.add_column(sa.Column("language", sa.Text(), nullable=False, server_default="en"))
        organisation.alter_column("language", server_default=None)
