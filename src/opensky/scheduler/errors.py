"""What can go wrong with jobs.

SchedulerError
└── WrongJob     a function that cannot be a job, a time that cannot be read, or two jobs of one name
"""

from opensky.kernel.errors import OpenSkyError


class SchedulerError(OpenSkyError):
    """Anything that goes wrong with jobs."""


class WrongJob(SchedulerError):
    """A declaration that makes no sense; found when the program starts."""
