"""Errors of drivers are told apart by the codes of their own kind."""

import psycopg
import pymysql.err
import pytest

from opensky.kernel.errors import Invalid
from opensky.persistence import StoreBusy
from opensky.persistence.errors import ConnectionLost, Deadlock
from opensky.persistence.refusals import refusal_from


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        # Its driver gives MariaDB's errors a state, which PostgreSQL has too and which says nothing of it.
        (pymysql.err.OperationalError(1205, "Lock wait timeout exceeded", sqlstate="HY000"), StoreBusy),
        (pymysql.err.OperationalError(1213, "Deadlock found", sqlstate="40001"), Deadlock),
        (pymysql.err.OperationalError(2013, "Lost connection"), ConnectionLost),
        (pymysql.err.ProgrammingError(1064, "You have an error in your SQL syntax", sqlstate="42000"), type(None)),
        (psycopg.errors.LockNotAvailable(), StoreBusy),
        (psycopg.errors.DeadlockDetected(), Deadlock),
        (psycopg.errors.ConnectionFailure(), ConnectionLost),
        (psycopg.DataError(), Invalid),
        (psycopg.errors.UndefinedTable(), type(None)),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else type(value).__name__,
)
def test_an_error_means_what_its_driver_says(error: Exception, meant: type) -> None:
    assert type(refusal_from(error)) is meant
