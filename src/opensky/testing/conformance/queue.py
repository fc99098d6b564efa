"""What the embedded queue promises on every database: once with its effects, in order, never lost, never had by two."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, select

from opensky.kernel.errors import NotFound
from opensky.messaging import DeadLetters, Handled, LeaseLost, Message, NotSendable, Outgoing, Queue, QueueDepth
from opensky.messaging.bodies import BODIES
from opensky.messaging.books import Books, Unbalanced, balance, unbalanced
from opensky.messaging.tables import MESSAGES
from opensky.persistence import Database

LEASE = timedelta(seconds=30)


class QueueConformance:
    """A queue in the database of the fixture ``database``."""

    def test_what_is_sent_arrives_as_it_was(self, database: Database) -> None:
        """Parameters, headers, type and history come back; a first message begins a journey of its own."""
        sent = Message(
            queue_name="pots",
            parameters={"name": "bowl ☂", "sizes": [1, 2.5, None, True]},
            headers={"tenant": "a b"},
            type="Fired",
            causation=7,
            history=("glaze@7",),
        )
        (id_,) = send(database, sent)
        [got] = Queue(database).claim(["pots"], 10, LEASE, "ada")
        assert (got.id, got.correlation, got.causation) == (id_, id_, 7)
        assert (got.queue_name, got.type, got.history) == ("pots", "Fired", ("glaze@7",))
        assert (got.parameters, got.headers, got.attempt) == (sent.parameters, sent.headers, 0)

    def test_nothing_is_sent_that_is_not_committed(self, database: Database) -> None:
        """A message is part of the transaction that sent it."""
        with database.unit_of_work() as unit:
            Outgoing(unit, database.ids).send(Message(queue_name="pots"))
            unit.rollback()
        assert Queue(database).claim(["pots"], 10, LEASE, "ada") == []

    def test_urgent_ones_go_first_and_equal_ones_in_order(self, database: Database) -> None:
        """By priority, then by id."""
        ids = send(database, *(Message(queue_name="pots", priority=p) for p in (5, 9, 0, 5)))
        assert claimed(database) == [ids[2], ids[0], ids[3], ids[1]]

    def test_a_message_is_had_by_one_worker(self, database: Database) -> None:
        """What is leased is not given to another, and other queues are left alone."""
        [pot, _] = send(database, Message(queue_name="pots"), Message(queue_name="pans"))
        assert claimed(database, owner="ada") == [pot]
        assert claimed(database, owner="bo") == []

    def test_an_acknowledged_message_is_gone(self, database: Database) -> None:
        """And is counted as finished, not as waiting."""
        send(database, Message(queue_name="pots"))
        queue = Queue(database)
        acknowledge(database, queue.claim(["pots"], 1, LEASE, "ada"), "ada")
        assert claimed(database, after=timedelta(days=1)) == []
        assert queue.depths() == []

    def test_a_lease_that_ran_out_gives_the_message_to_another(self, database: Database) -> None:
        """The late worker may keep nothing: its acknowledgement is refused."""
        [id_] = send(database, Message(queue_name="pots"))
        late = Queue(database).claim(["pots"], 1, timedelta(0), "ada")
        assert claimed(database, owner="bo") == [id_]
        with pytest.raises(LeaseLost):
            acknowledge(database, late, "ada")
        assert Queue(database).depths() == [depth("pots", taken=1, oldest=Queue(database).depths()[0].oldest)]

    def test_a_lease_that_is_renewed_holds(self, database: Database) -> None:
        """Renewing is for who still has it."""
        send(database, Message(queue_name="pots"))
        queue = Queue(database)
        mine = queue.claim(["pots"], 1, timedelta(0), "ada")
        queue.renew(mine, "ada", LEASE)
        assert claimed(database, owner="bo") == []
        acknowledge(database, mine, "ada")

    def test_a_delayed_message_comes_when_it_is_due(self, database: Database) -> None:
        """Not before; ``next_due`` says when that is."""
        with database.unit_of_work() as unit:
            Outgoing(unit, database.ids).send(Message(queue_name="pots"), delay=timedelta(hours=1))
            unit.commit()
        queue = Queue(database)
        due = queue.next_due()
        assert due is not None
        assert timedelta(minutes=59) < due - database.clock.now() <= timedelta(hours=1)
        assert claimed(database) == []
        with database.unit_of_work() as unit:
            Outgoing(unit, database.ids).send(Message(queue_name="pots"), at=database.clock.now() - LEASE)
            unit.commit()
        assert len(claimed(database)) == 1

    def test_a_failed_try_is_repeated_later_and_counted(self, database: Database) -> None:
        """With what went wrong in the message; who lost the lease cannot ask for it."""
        send(database, Message(queue_name="pots"))
        queue = Queue(database)
        [first] = queue.claim(["pots"], 1, LEASE, "ada")
        assert not queue.retry(first, "bo", database.clock.now(), "not mine")
        assert queue.retry(first, "ada", database.clock.now(), "kiln is cold")
        [again] = queue.claim(["pots"], 1, LEASE, "bo")
        assert (again.id, again.attempt, again.error) == (first.id, 1, "kiln is cold")
        assert queue.retry(again, "bo", database.clock.now() + LEASE, "still cold")
        assert claimed(database) == []

    def test_of_one_key_one_is_handled_at_a_time_in_order(self, database: Database) -> None:
        """Also while an earlier one waits for its next try; other keys go on."""
        first, second, other = send(
            database,
            Message(queue_name="pots", key="a"),
            Message(queue_name="pots", key="a", priority=0),
            Message(queue_name="pots", key="b"),
        )
        queue = Queue(database)
        got = queue.claim(["pots"], 10, LEASE, "ada")
        assert [m.id for m in got] == [first, other]
        queue.retry(got[0], "ada", database.clock.now() + LEASE, "later")
        assert claimed(database) == []
        acknowledge(database, got[1:], "ada")
        assert [d.waiting + d.ready for d in queue.depths()] == [2]
        assert second not in claimed(database)

    def test_a_unique_message_waits_once(self, database: Database) -> None:
        """The second is not taken, and its sender is told the id of the first; once that is handled, there may be another."""

        def send_unique() -> int:
            return send(database, Message(queue_name="pots", unique="nightly"))[0]

        first = send_unique()
        assert send_unique() == first
        queue = Queue(database)
        acknowledge(database, queue.claim(["pots"], 10, LEASE, "ada"), "ada")
        assert send_unique() != first

    def test_a_dead_letter_is_kept_edited_and_tried_again(self, database: Database) -> None:
        """Under its own id, with other parameters and no failed tries; a discarded one is gone."""
        send(database, Message(queue_name="pots", parameters={"kiln": 1}, type="Fire"), Message(queue_name="pots"))
        queue, dead = Queue(database), DeadLetters(database)
        one, other = queue.claim(["pots"], 10, LEASE, "ada")
        assert not queue.bury(one, "bo", "?", "?")
        assert queue.bury(one, "ada", "Traceback: cold", "Cold: kiln")
        assert queue.bury(other, "ada", "Traceback: hot", "Cold: kiln")
        assert [(c.queue, c.cause, c.letters, c.newest) for c in dead.causes()] == [("pots", "Cold: kiln", 2, other.id)]
        assert [d.message.id for d in dead.listed(queue="pots", cause="Cold: kiln")] == [other.id, one.id]
        assert (dead.show(one.id).error, dead.show(one.id).message.parameters) == ("Traceback: cold", {"kiln": 1})
        dead.edit(one.id, {"kiln": 2})
        assert dead.replay([one.id, 404]) == 1
        [again] = queue.claim(["pots"], 10, LEASE, "ada")
        assert (again.id, again.parameters, again.attempt, again.type) == (one.id, {"kiln": 2}, 0, "Fire")
        assert dead.discard([other.id]) == 1
        with pytest.raises(NotFound):
            dead.show(other.id)

    def test_a_message_over_which_workers_die_is_given_up(self, database: Database) -> None:
        """It is a dead letter after so many deaths, and the others of its queue go on."""
        killer, harmless = send(database, Message(queue_name="pots"), Message(queue_name="pots"))
        queue = Queue(database)
        for _ in range(26):
            [taken, *_] = queue.claim(["pots"], 1, timedelta(0), "ada")
            assert taken.id == killer
        assert claimed(database) == [harmless]
        assert [d.message.id for d in DeadLetters(database).listed()] == [killer]

    def test_what_waits_behind_a_message_over_which_workers_die_is_handled(self, database: Database) -> None:
        """Claimed in one batch with it again and again, they would be given up with it."""
        killer, *harmless = send(database, *(Message(queue_name="pots") for _ in range(4)))
        queue = Queue(database)
        for _ in range(3):
            assert len(queue.claim(["pots"], 10, timedelta(0), "died")) == 4
        assert claimed(database, owner="dies") == [killer]
        for id_ in harmless:
            [alone] = queue.claim(["pots"], 10, LEASE, "bo")
            assert alone.id == id_
            acknowledge(database, [alone], "bo")
        assert claimed(database) == []

    def test_a_large_body_is_kept_apart_and_arrives_as_it_was(self, database: Database) -> None:
        """Its row holds a ticket; with the acknowledgement the body is gone as well. A small one stays in its row."""
        large = {"text": "☂" * 70_000, "n": [1]}
        send(database, Message(queue_name="pots", parameters=large), Message(queue_name="pots", parameters={"n": 2}))
        assert [kept.isdecimal() for kept in rows(database, select(MESSAGES.c.body).order_by(MESSAGES.c.id))] == [
            True,
            False,
        ]
        queue = Queue(database)
        got = queue.claim(["pots"], 10, LEASE, "ada")
        assert [m.parameters for m in got] == [large, {"n": 2}]
        assert [m.ticket for m in got] == [len("☂".encode()) * 70_000 + len('{"text":"","n":[1]}'), 0]
        assert queue.retry(got[0], "ada", database.clock.now(), "once more")
        acknowledge(database, got[1:], "ada")
        again = queue.claim(["pots"], 10, LEASE, "ada")
        assert [m.parameters for m in again] == [large]
        acknowledge(database, again, "ada")
        assert rows(database, select(BODIES.c.id)) == []

    def test_a_large_dead_letter_keeps_its_body_until_somebody_decides(self, database: Database) -> None:
        """Shown, edited to something small and something large, replayed, discarded: the body is never left behind."""
        large, larger = {"text": "a" * 70_000}, {"text": "b" * 90_000}
        send(database, *(Message(queue_name="pots", parameters=large) for _ in range(2)))
        queue, dead = Queue(database), DeadLetters(database)
        one, other = queue.claim(["pots"], 10, LEASE, "ada")
        assert queue.bury(one, "ada", "cold", "cold")
        assert queue.bury(other, "ada", "cold", "cold")
        assert dead.show(one.id).message.parameters == large
        for parameters in (larger, {"n": 1}, larger):
            dead.edit(one.id, parameters)
            assert dead.show(one.id).message.parameters == parameters
        assert dead.replay([one.id]) == 1
        assert dead.discard([one.id, other.id]) == 1
        [again] = queue.claim(["pots"], 10, LEASE, "ada")
        assert (again.id, again.parameters) == (one.id, larger)
        acknowledge(database, [again], "ada")
        assert rows(database, select(BODIES.c.id)) == []

    def test_large_bodies_are_handed_out_as_memory_allows(self, database: Database) -> None:
        """Four of three megabytes: two at a time, the others are left to whoever asks next."""
        sent = send(database, *(Message(queue_name="pots", parameters={"x": "y" * 3 * 1024 * 1024}) for _ in range(4)))
        assert claimed(database, owner="ada") == sent[:2]
        assert claimed(database, owner="bo") == sent[2:]

    def test_a_message_whose_large_body_is_not_here_is_given_up(self, database: Database) -> None:
        """And does not keep the others of its queue from being handled."""
        lost, other = send(
            database, Message(queue_name="pots", parameters={"x": "y" * 70_000}), Message(queue_name="pots")
        )
        with database.unit_of_work() as unit:
            unit.execute(BODIES.delete())
            unit.commit()
        assert claimed(database) == [other]
        [letter] = DeadLetters(database).listed()
        assert (letter.message.id, letter.cause) == (lost, "its large body is not in this database")
        assert DeadLetters(database).show(lost).message.parameters == {}

    def test_the_books_say_where_each_message_is(self, database: Database) -> None:
        """What a step sent is acknowledged, dead, live or at a broker; a discarded letter needs no accounting."""
        send(database, Message(queue_name="pots"))
        queue, dead, began = Queue(database), DeadLetters(database), database.clock.now()
        [head] = queue.claim(["pots"], 10, LEASE, "ada")
        with database.unit_of_work() as unit:
            client = Outgoing(unit, database.ids)
            client.continues(head.correlation, head.id, ())
            for _ in range(4):
                client.send(Message(queue_name="pots"))
            client.send(Message(queue_name="pots", unique="one"))
            client.send(Message(queue_name="pots", unique="one"))
            queue.acknowledge(unit, [Handled(head, began, began, client.sent)], "ada")
            told = Outgoing(unit, database.ids)
            told.continues(head.correlation, -head.id, ())
            told.send(Message(queue_name="pans"))  # by the shop, because it was told: no step answers for that
            unit.commit()
        assert balance(database, began) == Books(1, 5, 0, 0, 5, 0, 0)
        one, other, third, *_ = queue.claim(["pots"], 10, LEASE, "ada")
        acknowledge(database, [one], "ada")
        queue.bury(other, "ada", "cold", "cold")
        queue.bury(third, "ada", "cold", "cold")
        assert balance(database, began) == Books(2, 5, 1, 2, 2, 0, 0)
        dead.discard([other.id])
        dead.replay([third.id])
        books = balance(database, began)
        assert (books, books.balanced) == (Books(2, 4, 1, 0, 3, 0, 0), True)
        assert unbalanced(database, began) == []

    def test_the_books_name_the_step_of_which_something_is_lost(self, database: Database) -> None:
        """Somebody deleted a row by hand, and put another one in twice."""
        send(database, Message(queue_name="pots"))
        queue, began = Queue(database), database.clock.now()
        [head] = queue.claim(["pots"], 10, LEASE, "ada")
        with database.unit_of_work() as unit:
            client = Outgoing(unit, database.ids)
            client.continues(head.correlation, head.id, ())
            lost, _ = client.send(Message(queue_name="pots")), client.send(Message(queue_name="pots"))
            queue.acknowledge(unit, [Handled(head, began, began, client.sent)], "ada")
            unit.execute(MESSAGES.delete().where(MESSAGES.c.id == lost))
            unit.commit()
        books = balance(database, began)
        assert (books.missing, books.balanced) == (1, False)
        assert unbalanced(database, began) == [Unbalanced(head.id, "pots", head.correlation, 2, 1)]
        with database.unit_of_work() as unit:
            unit.execute(MESSAGES.update().values(id=head.id, causation=0))
            unit.commit()
        assert (balance(database, began).twice, balance(database, began).missing) == (1, 2)

    def test_what_was_not_begun_is_given_back(self, database: Database) -> None:
        """At a graceful stop, at once, not at the end of the lease."""
        [id_] = send(database, Message(queue_name="pots"))
        queue = Queue(database)
        queue.release(queue.claim(["pots"], 1, LEASE, "ada"), "ada")
        assert claimed(database, owner="bo") == [id_]

    @pytest.mark.parametrize(
        ("message", "told"),
        [
            (Message(queue_name=""), "names no queue"),
            (Message(queue_name="q" * 121), "120 characters"),
            (Message(queue_name="q", key="k" * 191), "190 characters"),
            (Message(queue_name="q", priority=10), "0 to 9"),
            (Message(queue_name="q", parameters={"x": object()}), "plain data"),
            (Message(queue_name="q", parameters={"x": "y" * 8 * 1024 * 1024}), "8,388,608 bytes"),
        ],
    )
    def test_what_no_queue_can_carry_is_refused_when_it_is_sent(
        self, database: Database, message: Message, told: str
    ) -> None:
        """By the sender, who can do something about it."""
        with database.unit_of_work() as unit, pytest.raises(NotSendable, match=told):
            Outgoing(unit, database.ids).send(message)

    def test_workers_at_once_never_have_the_same_message(self, database: Database) -> None:
        """Eight of them, two hundred messages: each is had once."""
        sent = set(send(database, *(Message(queue_name="pots") for _ in range(200))))
        had: list[int] = []
        errors: list[BaseException] = []

        def work(owner: str) -> None:
            try:
                queue = Queue(database)
                while batch := queue.claim(["pots"], 7, LEASE, owner):
                    acknowledge(database, batch, owner)
                    had.extend(m.id for m in batch)
            except BaseException as error:  # noqa: BLE001 - told below
                errors.append(error)

        threads = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        while rest := Queue(database).claim(
            ["pots"], 50, LEASE, "last"
        ):  # a claim may have skipped what another had locked
            acknowledge(database, rest, "last")
            had.extend(m.id for m in rest)
        assert len(had) == len(sent)
        assert set(had) == sent


def send(database: Database, *messages: Message) -> list[int]:
    """Send in one transaction and return the ids."""
    with database.unit_of_work() as unit:
        client = Outgoing(unit, database.ids)
        ids = [client.send(each) for each in messages]
        unit.commit()
    return ids


def claimed(database: Database, *, owner: str = "zoe", after: timedelta | None = None) -> list[int]:
    """Claim what is to be had of the queue of pots and return the ids."""
    return [m.id for m in Queue(database).claim(["pots"], 100, after or LEASE, owner)]


def acknowledge(database: Database, messages: Sequence[Message], owner: str) -> None:
    """Acknowledge in a transaction of its own."""
    now = database.clock.now()
    with database.unit_of_work() as unit:
        Queue(database).acknowledge(unit, [Handled(m, now, now) for m in messages], owner)
        unit.commit()


def rows(database: Database, statement: Select[Any]) -> list[Any]:
    """Return the first column of what a statement finds."""
    with database.reader(primary=True) as reader:
        return [row[0] for row in reader.rows(statement)]


def depth(queue: str, **counts: Any) -> QueueDepth:
    """Return a depth of zeros but for these counts."""
    empty: dict[str, Any] = dict.fromkeys(("ready", "waiting", "taken", "outgoing", "dead"), 0)
    return QueueDepth(queue, **empty | {"oldest": None} | counts)
