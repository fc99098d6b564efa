"""The book of jobs keeps its promises in SQLite."""

from opensky.testing.conformance.jobs import JobBookConformance


class TestBookInSqlite(JobBookConformance):
    """The book in SQLite."""
