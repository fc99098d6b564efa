"""The tables of joins: which parts of a split have come, until all have."""

from sqlalchemy import Column, Index, Integer, Table

from opensky.messaging.tables import NAME_LENGTH
from opensky.persistence.tables import METADATA
from opensky.persistence.types import INT64, LONG_TEXT, text

JOINS = Table(
    "joins",
    METADATA,
    Column("flow", text(NAME_LENGTH), primary_key=True),
    Column("origin", INT64, primary_key=True, autoincrement=False),
    Column("expected", Integer, nullable=False),
    Column("arrived", Integer, nullable=False),
    Column("began_at", INT64, nullable=False),
    Index("ix_joins_began_at", "began_at"),
)
"""One row a split that waits for its parts; removed with the last."""

PARTS = Table(
    "join_parts",
    METADATA,
    Column("flow", text(NAME_LENGTH), primary_key=True),
    Column("origin", INT64, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("body", LONG_TEXT, nullable=False),
)
"""The parts that have come."""
