"""What the scheduler counts: how long each job takes, and how often one fails."""

from typing import Final

STATS: Final = ("jobs.*", "jobs_failed.*")
"""Each run, in milliseconds; runs that failed, ran out of time or were lost."""
