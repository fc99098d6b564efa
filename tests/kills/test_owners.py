"""What a dead process had taken is given back when the next one of its machine starts; what the living have is theirs."""

import multiprocessing
from datetime import timedelta

from sqlalchemy import select

from opensky.messaging import Outgoing, Queue
from opensky.messaging.owners import give_back_of_the_dead, owner
from opensky.messaging.stomp import Relay
from opensky.messaging.tables import MESSAGES, OUTGOING, READY, TAKEN
from opensky.osis.runtime import message
from opensky.persistence import Database
from opensky.testing import carrying
from opensky.testing.carrying import Parcel, Site, column, opened

LEASE = timedelta(hours=1)


def take_and_end(site: Site) -> None:
    """Take one message of the queue and one for the broker, and end without a word."""
    database = opened(site, node=1)
    Queue(database).claim(["carry"], 1, LEASE, owner("1"))
    Relay(database, owner("relay"))._take(1)


def test_what_the_dead_had_taken_can_be_had_at_once(site: Site, database: Database) -> None:
    """By a worker, or by a relay; and only that."""
    carrying.place(database, 1)
    carrying.place(database, 2)
    with database.unit_of_work() as unit:
        client = Outgoing(unit, database.ids, is_remote=lambda _queue: True)
        client.send(message(Parcel(3)))
        client.send(message(Parcel(4)))
        unit.commit()
    database.close()
    process = multiprocessing.get_context("fork").Process(target=take_and_end, args=(site,))
    process.start()
    process.join()
    Queue(database).claim(["carry"], 1, LEASE, owner("1"))
    Relay(database, "elsewhere:1:relay")._take(1)
    assert column(database, MESSAGES.c.state) == [TAKEN, TAKEN, OUTGOING, OUTGOING]

    assert give_back_of_the_dead(database) == 2
    assert column(database, MESSAGES.c.state) == [READY, TAKEN, OUTGOING, OUTGOING]
    assert {"elsewhere:1:relay", owner("1")} < owners(database)
    assert len(Relay(database, "next")._take(10)) == 1
    assert give_back_of_the_dead(database) == 0


def owners(database: Database) -> set[str]:
    """Who has something?"""
    with database.reader() as reader:
        return {row[0] for row in reader.rows(select(MESSAGES.c.owner))}
