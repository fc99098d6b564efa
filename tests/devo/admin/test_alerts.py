"""Alerts in the admin: who works here sees them and takes one on."""

import pytest
from sqlalchemy import delete, insert

from opensky.kernel.clock import SetClock
from opensky.persistence import Database, UnitOfWork, table
from opensky.tactical.alerts import Alerts
from opensky.testing.browser import Browser
from opensky.web.objects import AlertRow

PATH = "/admin/alerts/7/acknowledge"


@pytest.fixture
def alert(unit: UnitOfWork, clock: SetClock) -> int:
    """One that is open."""
    row = {"id": 7, "key": "web", "open_key": "web", "title": "Web", "sentence": "Answers take long.", "state": "watch"}
    told = {"raised_at": clock.now(), "told_state": "", "acknowledged_by": ""}
    missing = dict.fromkeys(("ended_at", "told_at", "acknowledged_at"))
    unit.execute(insert(table(AlertRow)), row | told | missing)
    unit.commit()
    return 7


def test_an_alert_is_seen_and_taken_on(staff: Browser, alert: int, database: Database) -> None:
    staff.open("/admin/alerts")
    assert "Answers take long." in staff.text()
    staff.submit(PATH)
    assert "You look after it; it is not told again." in staff.text()
    [known] = Alerts(database).newest()
    assert known.acknowledged_by == "Ada"


def test_who_comes_later_is_told_that_somebody_has_it(
    staff: Browser, alert: int, database: Database, unit: UnitOfWork
) -> None:
    staff.open("/admin/alerts")
    assert Alerts(database).acknowledge(unit, alert, "Ben")
    unit.commit()
    staff.submit(PATH)
    assert "Somebody looks after it already." in staff.text()
    assert [each.acknowledged_by for each in Alerts(database).newest()] == ["Ben"]


def test_one_that_is_over_is_not_taken_on(staff: Browser, alert: int, unit: UnitOfWork) -> None:
    staff.open("/admin/alerts")
    unit.execute(delete(table(AlertRow)))
    unit.commit()
    staff.submit(PATH)
    assert "This alert is over, or there never was one." in staff.text()
    assert "There was no alert yet." in staff.text()


def test_nobody_else_gets_in(another: Browser) -> None:
    """Neither to see nor to take on."""
    assert another.open("/admin/alerts").url.path == "/log-in"
