"""Adds the ledger of credit and points."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "ledger_accounts",
        sa.Column("account", types.text(40), nullable=False),
        sa.Column("kind", types.text(6), nullable=False),
        sa.Column("currency", types.text(3), nullable=False),
        sa.Column("expires_next", types.instant(), nullable=True),
        sa.PrimaryKeyConstraint("account", "kind", "currency"),
        sqlite_with_rowid=False,
    )
    tables.create_index("ix_ledger_accounts_expires_next", "ledger_accounts", ["expires_next"])
    tables.create_table(
        "ledger_entries",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", types.integer(), nullable=False),
        sa.Column("account", types.text(40), nullable=False),
        sa.Column("kind", types.text(6), nullable=False),
        sa.Column("currency", types.text(3), nullable=False),
        sa.Column("amount_minor", types.integer(), nullable=False),
        sa.Column("lot", types.integer(), nullable=False),
        sa.Column("act", types.text(10), nullable=False),
        sa.Column("key", types.text(180), nullable=False),
        sa.Column("part", types.integer(), nullable=False),
        sa.Column("why", types.text(300), nullable=False),
        sa.Column("rule", types.text(120), nullable=False),
        sa.Column("expires_at", types.instant(), nullable=True),
        sa.Column("at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    newest_first = sa.literal_column("transaction_id DESC")
    tables.create_index("ix_ledger_entries_account_transaction_id", "ledger_entries", ["account", newest_first])
    tables.create_index("ix_ledger_entries_key", "ledger_entries", ["key"])
    tables.create_index("ix_ledger_entries_transaction_id", "ledger_entries", ["transaction_id"])
    tables.create_index("uq_ledger_entries_account_key_part", "ledger_entries", ["account", "key", "part"], unique=True)


def down(migration):
    migration.tables.drop_table("ledger_entries")
    migration.tables.drop_table("ledger_accounts")
