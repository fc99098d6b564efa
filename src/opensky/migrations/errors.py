"""What can go wrong while a database is migrated.

Misconfigured
└── BadVersion       a version file that cannot be used, or a version that is not there
Conflict
├── AlreadyMigrating another process holds the lock and did not let go in time
└── NotPossible      asked for something that this database or this version cannot do; nothing was changed
OpenSkyError
├── MigrationFailed  a version stopped at an error; says what stands and how to go on
└── Aborted          a version refused to run, by its own ``abort_if``
"""

from opensky.kernel.errors import Conflict, Misconfigured, OpenSkyError


class BadVersion(Misconfigured):
    """A version file that cannot be used, or a version that is not there."""


class AlreadyMigrating(Conflict):
    """Another process is migrating this database."""


class NotPossible(Conflict):
    """This cannot be done with this database, or in its present state; nothing was changed."""


class MigrationFailed(OpenSkyError):
    """A version stopped at an error; the message says at which statement, what stands, and how to go on."""


class Aborted(OpenSkyError):
    """A version refused to run; nothing of it was kept where the database can undo."""


class Skipped(OpenSkyError):
    """Raised by ``skip_if``; the runner records the version as skipped."""
