"""Makes three indexes of messages hold only what they are for, where the database can."""

import sqlalchemy as sa

_ONLY = {
    "ix_messages_queue_order_key_id": (["queue", "order_key", "id"], False, "order_key IS NOT NULL"),
    "ix_messages_state_due_at": (["state", "due_at"], False, "state > 0"),
    "uq_messages_queue_unique_key": (["queue", "unique_key"], True, "unique_key IS NOT NULL"),
}


def up(migration):
    migration.skip_if(migration.dialect == "mariadb", "MariaDB has no indexes over some rows only.")
    for name, (columns, unique, condition) in _ONLY.items():
        where = sa.text(condition)
        migration.tables.drop_index(name, table_name="messages")
        migration.tables.create_index(
            name, "messages", columns, unique=unique, sqlite_where=where, postgresql_where=where
        )


def down(migration):
    if migration.dialect == "mariadb":
        return
    for name, (columns, unique, _) in _ONLY.items():
        migration.tables.drop_index(name, table_name="messages")
        migration.tables.create_index(name, "messages", columns, unique=unique)
