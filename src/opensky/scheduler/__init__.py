"""The scheduler: jobs that are declared with a cron expression, each time of which is run by exactly one node, without a leader."""

from opensky.scheduler.errors import SchedulerError, WrongJob
from opensky.scheduler.job import Job, Note, Run, job

__all__ = ["Job", "Note", "Run", "SchedulerError", "WrongJob", "job"]
