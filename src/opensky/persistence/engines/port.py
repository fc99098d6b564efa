"""The port of an SQL engine: how connections are opened and turns to write are given. ``Database`` speaks to it alone."""

from typing import Protocol

from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DatabaseError

from opensky.kernel.errors import Misconfigured


class Turns(Protocol):
    """Who may begin to write."""

    def take(self) -> None:
        """Wait for the turn; raises ``StoreBusy`` after too long."""

    def give_back(self) -> None:
        """Let the next one write."""


class SqlEngine(Protocol):
    """One kind of SQL database, reached by one URL."""

    dialect: str
    embedded: bool
    url: URL

    def reading(self, connections: int, url: URL | None = None) -> Engine:
        """Return an engine whose statements each see the newest commit, and write nothing; ``url`` is that of a replica."""

    def writing(self, connections: int) -> Engine:
        """Return the engine of the writing transactions."""

    def turns(self) -> Turns:
        """Return what gives the turns to write within this process."""

    def prepare(self) -> None:
        """Do what must come before the tables are made; raises ``Misconfigured``."""

    def explain(self, error: DatabaseError) -> Misconfigured | None:
        """Return what an error at the start means and what to do, or ``None`` if it is no matter of configuration."""


class Free:
    """Turns of a database that lets many write at once: everybody goes ahead, and the database itself locks rows."""

    def take(self) -> None:
        """Go ahead."""

    def give_back(self) -> None:
        """Nothing was taken."""
