"""Deploy migrations: versions in a folder of their own, executed one by one on a database that is in use.

A version is a file ``VersionYYYYMMDDHHMMSS.py`` with ``up(migration)`` and ``down(migration)``. Which versions a database has
is a set, recorded in it with time and duration. No feature of the shop knows this room.
"""

from opensky.migrations.checking import Finding, check
from opensky.migrations.errors import Aborted, AlreadyMigrating, BadVersion, MigrationFailed, NotPossible
from opensky.migrations.migration import Migration
from opensky.migrations.moments import Moment
from opensky.migrations.runner import How, Ran, Runner
from opensky.migrations.status import Status
from opensky.migrations.target import Target
from opensky.migrations.versions import Version, versions_in

__all__ = [
    "Aborted",
    "AlreadyMigrating",
    "BadVersion",
    "Finding",
    "How",
    "Migration",
    "MigrationFailed",
    "Moment",
    "NotPossible",
    "Ran",
    "Runner",
    "Status",
    "Target",
    "Version",
    "check",
    "versions_in",
]
