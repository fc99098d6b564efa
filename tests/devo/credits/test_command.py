"""The command of each day: what has expired is booked, whatever its number."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opensky.cli import credits as command
from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.repository import LedgerRepository
from opensky.events import Dispatcher
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import MemberId
from opensky.persistence import UnitOfWork
from opensky.settings import Settings


def test_what_has_expired_is_booked_in_all_accounts(
    database: Any,
    unit: UnitOfWork,
    ids: Any,
    reader: Any,
    events: Dispatcher,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Batch by batch, each in a transaction of its own; then there is nothing more."""
    yesterday = SetClock(datetime.now(UTC) - timedelta(days=1))
    ledger = CreditManager(LedgerRepository(unit, reader), ids, yesterday, events, settings)
    for number in range(1, 251):
        ends = yesterday.now() + timedelta(hours=1)
        ledger.grant(MemberId(number), 5, key="a", why="", expires_at=ends)
    unit.commit()

    command.expire(data=settings.data)
    assert capsys.readouterr().out == "Something has expired in 250 accounts.\n"
    command.expire(data=settings.data)
    assert capsys.readouterr().out == "Nothing has expired.\n"
    assert [each.act for each in ledger.entries(MemberId(250)).entries] == ["expired", "granted"]
