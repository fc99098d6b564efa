"""Adds letters, and links that prove an address."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "letter_subscriptions",
        sa.Column("member_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("topic", types.text(40), nullable=False),
        sa.Column("since", types.instant(), nullable=False),
        sa.Column("written_at", types.instant(), nullable=True),
        sa.PrimaryKeyConstraint("member_id", "topic"),
    )
    tables.create_table(
        "mail_deliveries",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("kind", types.text(60), nullable=False),
        sa.Column("address", types.text(254), nullable=False),
        sa.Column("about", types.text(80), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("answer", types.text(500), nullable=False),
        sa.Column("tries", types.integer(), autoincrement=False, nullable=False),
        sa.Column("begun_at", types.instant(), nullable=False),
        sa.Column("ended_at", types.instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index(
        "ix_mail_deliveries_about_id", "mail_deliveries", ["about", sa.literal_column("id DESC")], unique=False
    )
    tables.create_index(
        "ix_mail_deliveries_address_id", "mail_deliveries", ["address", sa.literal_column("id DESC")], unique=False
    )
    tables.create_table(
        "mail_stops",
        sa.Column("address", types.text(254), nullable=False),
        sa.Column("topic", types.text(40), nullable=False),
        sa.Column("why", types.text(20), nullable=False),
        sa.Column("answer", types.text(500), nullable=False),
        sa.Column("at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("address", "topic"),
    )
    tables.create_table(
        "proofs",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", types.text(20), nullable=False),
        sa.Column("email", types.text(), nullable=False),
        sa.Column("ends_at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_proofs_ends_at", "proofs", ["ends_at"], unique=False)
    tables.create_index("ix_proofs_member_id", "proofs", ["member_id"], unique=False)


def down(migration):
    tables = migration.tables
    tables.drop_table("proofs")
    tables.drop_table("mail_stops")
    tables.drop_table("mail_deliveries")
    tables.drop_table("letter_subscriptions")
