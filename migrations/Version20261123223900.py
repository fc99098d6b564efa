"""Adds links that show the operations board on a screen."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "kiosk_links",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("name", types.text(80), nullable=False),
        sa.Column("made_at", types.instant(), nullable=False),
        sa.Column("ends_at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_kiosk_links_ends_at", "kiosk_links", ["ends_at"], unique=False)


def down(migration):
    migration.tables.drop_table("kiosk_links")
