"""The verdict on a run of kills: nothing lost, no effect twice, calls repeated only under their own key, and how many."""

from collections import Counter
from contextlib import closing

import msgspec
from sqlalchemy import select

from opensky.messaging import DeadLetters
from opensky.messaging.bodies import BODIES
from opensky.messaging.tables import FINISHED
from opensky.persistence import Database
from opensky.testing.carrying import DELIVERED, EFFECTS, INTEGRITY, ORDERS, Site, books, column, noted, opened


class Verdict(msgspec.Struct):
    """What came of it all."""

    orders: int
    lost: int
    """Orders in the ledger or in the database without the effect that they should have, or not told to DEVO."""
    doubled: int
    """Effects that are there twice, in OSIS or in DEVO."""
    rejected: int
    wrongly_dead: int
    calls_repeated: int
    callbacks_repeated: int
    stray_calls: int
    """Calls under a key that belongs to no effect."""
    stray_bodies: int
    """Large bodies that are kept for no message."""
    unfinished: int
    sound: bool
    """Whether the database itself is whole."""

    @property
    def clean(self) -> bool:
        """Did all go as it should?"""
        return self.sound and not (
            self.lost or self.doubled or self.wrongly_dead or self.stray_calls or self.stray_bodies or self.unfinished
        )


def judge(site: Site) -> Verdict:
    """Compare ledger, orders, effects, calls and what DEVO was told."""
    with closing(opened(site)) as database:
        found = books(database, delivering=True)
        orders, effects = column(database, ORDERS.c.message_id), column(database, EFFECTS.c.message_id)
        delivered, finished = column(database, DELIVERED.c.message_id), column(database, FINISHED.c.id)
        refused = _rejected(database)
        letters = {letter.message.id for letter in DeadLetters(database).listed(limit=100_000)}
        kept = column(database, BODIES.c.id)
        sound = True
        if database.embedded:
            with database.reader() as reader:
                sound = [tuple(row) for row in reader.rows(INTEGRITY)] == [("ok",)]
    calls, arrived = Counter(noted(site.folder / "calls")), Counter(noted(site.folder / "arrived"))
    due = (set(orders) | set(noted(site.folder / "ledger"))) - refused
    return Verdict(
        orders=len(orders),
        lost=len(due - set(effects)) + len(set(effects) - set(delivered)) + len(refused - letters),
        doubled=_doubled(effects) + _doubled(delivered) + _doubled(finished),
        rejected=len(refused),
        wrongly_dead=len(letters - refused),
        calls_repeated=sum(calls.values()) - len(calls),
        callbacks_repeated=sum(arrived.values()) - len(arrived),
        stray_calls=len(set(calls) - set(effects)),
        stray_bodies=len(set(kept) - letters),
        unfinished=found.open,
        sound=sound,
    )


def _rejected(database: Database) -> set[int]:
    with database.reader() as reader:
        return {row[0] for row in reader.rows(select(ORDERS.c.message_id).where(ORDERS.c.rejected == 1))}


def _doubled(numbers: list[int]) -> int:
    return len(numbers) - len(set(numbers))
