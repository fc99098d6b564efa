"""Conformance suites: one a port, run against every engine that claims to be one.

A test module subclasses a suite and gives it the fixture ``database``: an empty ``Database`` over ``MODEL``.
"""

from opensky.testing.conformance.documents import DocumentConformance
from opensky.testing.conformance.lifecycle import LifecycleConformance
from opensky.testing.conformance.loading import LoadingConformance
from opensky.testing.conformance.model import MODEL
from opensky.testing.conformance.outbox import OutboxConformance
from opensky.testing.conformance.reading import ReadingConformance
from opensky.testing.conformance.rows import RowConformance
from opensky.testing.conformance.unit_of_work import UnitOfWorkConformance

__all__ = [
    "MODEL",
    "DocumentConformance",
    "LifecycleConformance",
    "LoadingConformance",
    "OutboxConformance",
    "ReadingConformance",
    "RowConformance",
    "UnitOfWorkConformance",
]
