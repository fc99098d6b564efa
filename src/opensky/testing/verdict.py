"""The verdict on a run of kills: nothing lost, no effect twice, calls repeated only under their own key, and how many."""

from collections import Counter
from contextlib import closing

import msgspec
from sqlalchemy import select

from opensky.messaging import DeadLetters
from opensky.messaging.bodies import BODIES
from opensky.messaging.tables import FINISHED
from opensky.osis.runtime.tables import JOINS, PARTS
from opensky.persistence import Database
from opensky.testing.carrying import DELIVERED, EFFECTS, INTEGRITY, ORDERS, Site, books, column, noted, opened
from opensky.testing.chaos import PARCELS


class Verdict(msgspec.Struct):
    """What came of it all."""

    orders: int
    lost: int
    """Effects that should be there, of orders in the ledger or in the database, and deliveries of which DEVO was not told."""
    doubled: int
    """Effects that are there twice, in OSIS or in DEVO."""
    rejected: int
    wrongly_dead: int
    calls_repeated: int
    callbacks_repeated: int
    stray_calls: int
    """Calls under a key that belongs to no effect."""
    stray_rows: int
    """Large bodies that are kept for no message, and joins that wait for nothing."""
    unfinished: int
    sound: bool
    """Whether the database itself is whole."""

    @property
    def clean(self) -> bool:
        """Did all go as it should?"""
        return self.sound and not (
            self.lost or self.doubled or self.wrongly_dead or self.stray_calls or self.stray_rows or self.unfinished
        )


def judge(site: Site) -> Verdict:
    """Compare ledger, orders, effects, calls and what DEVO was told."""
    with closing(opened(site)) as database:
        orders, refused = column(database, ORDERS.c.message_id), _rejected(database)
        effects, carried = column(database, EFFECTS.c.message_id), Counter(column(database, EFFECTS.c.order_id))
        delivered, finished = Counter(column(database, DELIVERED.c.order_id)), column(database, FINISHED.c.id)
        letters = {letter.message.id for letter in DeadLetters(database).listed(limit=100_000)}
        stray = [*column(database, BODIES.c.id), *column(database, JOINS.c.origin), *column(database, PARTS.c.origin)]
        unfinished, sound = books(database).open, _sound(database)
    calls, arrived = Counter(noted(site.folder / "calls")), Counter(noted(site.folder / "arrived"))
    due = (set(orders) | set(noted(site.folder / "ledger"))) - refused
    return Verdict(
        orders=len(orders),
        lost=sum(max(0, PARCELS - carried[each]) + (not delivered[each]) for each in due) + len(refused - letters),
        doubled=_doubled(effects)
        + _doubled(finished)
        + sum(max(0, carried[each] - PARCELS) + max(0, delivered[each] - 1) for each in due),
        rejected=len(refused),
        wrongly_dead=len(letters - refused),
        calls_repeated=sum(calls.values()) - len(calls),
        callbacks_repeated=sum(arrived.values()) - len(arrived),
        stray_calls=len(set(calls) - set(effects)) + len(set(arrived) - set(finished)),
        stray_rows=len(set(stray) - letters),
        unfinished=unfinished,
        sound=sound,
    )


def _sound(database: Database) -> bool:
    if not database.embedded:
        return True
    with database.reader() as reader:
        return [tuple(row) for row in reader.rows(INTEGRITY)] == [("ok",)]


def _rejected(database: Database) -> set[int]:
    with database.reader() as reader:
        return {row[0] for row in reader.rows(select(ORDERS.c.message_id).where(ORDERS.c.rejected == 1))}


def _doubled(numbers: list[int]) -> int:
    return len(numbers) - len(set(numbers))
