"""Persistence: plain objects kept in rows and documents, one unit of work over both, and read paths that skip objects."""

from opensky.persistence.bulk import Bulk
from opensky.persistence.database import Database
from opensky.persistence.documents.reading import DocumentQuery, Param
from opensky.persistence.errors import (
    ConnectionLost,
    Deadlock,
    Duplicate,
    NotLoaded,
    ReadOnly,
    StaleObject,
    StoreBusy,
    StoreFull,
    Uncompilable,
)
from opensky.persistence.query import Command, Query
from opensky.persistence.reader import Reader
from opensky.persistence.relay import Relay
from opensky.persistence.statements import insert_ignore
from opensky.persistence.tables import METADATA, table
from opensky.persistence.unit_of_work import UnitOfWork

__all__ = [
    "METADATA",
    "Bulk",
    "Command",
    "ConnectionLost",
    "Database",
    "Deadlock",
    "DocumentQuery",
    "Duplicate",
    "NotLoaded",
    "Param",
    "Query",
    "ReadOnly",
    "Reader",
    "Relay",
    "StaleObject",
    "StoreBusy",
    "StoreFull",
    "UnitOfWork",
    "Uncompilable",
    "insert_ignore",
    "table",
]
