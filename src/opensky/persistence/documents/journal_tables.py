"""Three tables beside the rows, used when documents are kept in another database: journal, heads and unique values.

They make SQL the authority on documents (adr 0018). They are always made and stay empty where documents live in SQL.
"""

from sqlalchemy import Boolean, Column, Index, Integer, Table

from opensky.persistence.tables import METADATA
from opensky.persistence.types import INT64, LONG_TEXT, text

_NAME = 64

JOURNAL = Table(
    "document_journal",
    METADATA,
    Column("id", INT64, primary_key=True, autoincrement=False),
    Column("collection", text(_NAME), nullable=False),
    Column("document_id", INT64, nullable=False),
    Column("revision", INT64, nullable=False),
    Column("operation", LONG_TEXT, nullable=False),
    Column("due_at", INT64, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", LONG_TEXT),
    Index("ix_document_journal_due_at", "due_at"),
)
"""What the other database has still to be told: an operation a row, removed once it was applied.

``operation`` is JSON: the document as it is afterwards (null: removed) and the paths that changed. ``due_at``, in
milliseconds since 1970, is when a relay may take it.
"""

HEADS = Table(
    "document_heads",
    METADATA,
    Column("collection", text(_NAME), primary_key=True),
    Column("id", INT64, primary_key=True, autoincrement=False),
    Column("version", INT64, nullable=False),
    Column("revision", INT64, nullable=False),
    Column("removed", Boolean, nullable=False),
)
"""One row a document: its version, how many operations it has seen, and whether it was removed.

The head of a removed document stays, so that the count goes on if its id ever comes back.
"""

CLAIMS = Table(
    "document_claims",
    METADATA,
    Column("collection", text(_NAME), primary_key=True),
    Column("name", text(100), primary_key=True),
    Column("digest", text(64), primary_key=True),
    Column("id", INT64, nullable=False),
    Index("ix_document_claims_collection_id", "collection", "id"),
)
"""Who has a unique value: ``name`` is that of the index, ``digest`` stands for the value.

A digest is of one length and compares byte by byte, whatever collation a database has.
"""
