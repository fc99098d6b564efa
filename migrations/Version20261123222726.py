"""Adds jobs that are run by the clock, and their runs."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "cron_jobs",
        sa.Column("name", types.text(60), nullable=False),
        sa.Column("slot_at", types.instant(), nullable=False),
        sa.Column("holder", types.text(40), nullable=False),
        sa.Column("held_until", types.instant(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    tables.create_table(
        "cron_runs",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("job", types.text(60), nullable=False),
        sa.Column("due_at", types.instant(), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("asked_by", types.text(120), nullable=False),
        sa.Column("runner", types.text(120), nullable=False),
        sa.Column("tries", types.integer(), autoincrement=False, nullable=False),
        sa.Column("passed", types.integer(), autoincrement=False, nullable=False),
        sa.Column("began_at", types.instant(), nullable=True),
        sa.Column("ended_at", types.instant(), nullable=True),
        sa.Column("said", types.text(500), nullable=False),
        sa.Column("log", types.text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_cron_runs_job_id", "cron_runs", ["job", sa.literal_column("id DESC")], unique=False)
    tables.create_index("ix_cron_runs_state_id", "cron_runs", ["state", "id"], unique=False)
    tables.create_index("uq_cron_runs_job_due_at", "cron_runs", ["job", "due_at"], unique=True)


def down(migration):
    tables = migration.tables
    tables.drop_table("cron_runs")
    tables.drop_table("cron_jobs")
