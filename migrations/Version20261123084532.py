"""Adds the change history, and what documents in another database need beside the rows."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "change",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("kind", types.text(80), nullable=False),
        sa.Column("object_id", types.text(190), nullable=False),
        sa.Column("version", types.integer(), autoincrement=False, nullable=True),
        sa.Column("operation", types.text(10), nullable=False),
        sa.Column("paths", types.text(), nullable=False),
        sa.Column("fields", types.text(), nullable=False),
        sa.Column("at", types.instant(), nullable=False),
        sa.Column("actor_kind", types.text(16), nullable=False),
        sa.Column("actor_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("actor_name", types.text(120), nullable=False),
        sa.Column("request", types.text(64), nullable=False),
        sa.Column("reason", types.text(300), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with tables.batch_alter_table("change") as batch_op:
        batch_op.create_index(
            "ix_change_actor_kind_actor_id_id", ["actor_kind", "actor_id", sa.literal_column("id DESC")], unique=False
        )
        batch_op.create_index("ix_change_kind_id", ["kind", sa.literal_column("id DESC")], unique=False)
        batch_op.create_index(
            "ix_change_kind_object_id_id", ["kind", "object_id", sa.literal_column("id DESC")], unique=False
        )

    tables.create_table(
        "document_claims",
        sa.Column("collection", types.text(64), nullable=False),
        sa.Column("name", types.text(100), nullable=False),
        sa.Column("digest", types.text(64), nullable=False),
        sa.Column("id", types.integer(), nullable=False),
        sa.PrimaryKeyConstraint("collection", "name", "digest"),
    )
    with tables.batch_alter_table("document_claims") as batch_op:
        batch_op.create_index("ix_document_claims_collection_id", ["collection", "id"], unique=False)

    tables.create_table(
        "document_heads",
        sa.Column("collection", types.text(64), nullable=False),
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("version", types.integer(), nullable=False),
        sa.Column("revision", types.integer(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("collection", "id"),
    )
    tables.create_table(
        "document_journal",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("collection", types.text(64), nullable=False),
        sa.Column("document_id", types.integer(), nullable=False),
        sa.Column("revision", types.integer(), nullable=False),
        sa.Column("operation", types.text(), nullable=False),
        sa.Column("due_at", types.integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", types.text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with tables.batch_alter_table("document_journal") as batch_op:
        batch_op.create_index("ix_document_journal_due_at", ["due_at"], unique=False)

    tables.create_table(
        "live_release",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reads", types.text(), nullable=False),
        sa.Column("since", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def down(migration):
    tables = migration.tables
    tables.drop_table("live_release")
    with tables.batch_alter_table("document_journal") as batch_op:
        batch_op.drop_index("ix_document_journal_due_at")

    tables.drop_table("document_journal")
    tables.drop_table("document_heads")
    with tables.batch_alter_table("document_claims") as batch_op:
        batch_op.drop_index("ix_document_claims_collection_id")

    tables.drop_table("document_claims")
    with tables.batch_alter_table("change") as batch_op:
        batch_op.drop_index("ix_change_kind_object_id_id")
        batch_op.drop_index("ix_change_kind_id")
        batch_op.drop_index("ix_change_actor_kind_actor_id_id")

    tables.drop_table("change")
