"""The jobs of the shop: which there are, what settings change of them, and that each does its work in a shop."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dishka import Container, Provider, Scope

from opensky.cli.prepare import prepare
from opensky.devo.proofs.objects import Proof, ProofId
from opensky.devo.rewards.jobs import forget_windows
from opensky.devo.rewards.objects import RewardSpan, RuleId
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import MemberId
from opensky.messaging.tables import SEEN
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.cursors import microseconds
from opensky.scheduler import Job, Run, WrongJob
from opensky.scheduler.book import Book
from opensky.scheduler.desk import Desk
from opensky.scheduler.reading import readable
from opensky.scheduler.running import Get, perform
from opensky.settings import Settings
from opensky.testing.engines import created
from opensky.web.objects import Session
from opensky.wiring import container
from opensky.wiring.cleaning import forget_sessions, prune_messages, prune_runs
from opensky.wiring.jobs import JOBS, timetable

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
Do = Callable[[Job], str]


@pytest.fixture
def app(settings: Settings, clock: SetClock) -> Iterator[Container]:
    """A shop whose clock stands."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock, override=True)
    with container(settings, test) as made:
        created(made.get(Database))
        yield made


@pytest.fixture
def do(app: Container, clock: SetClock) -> Do:
    """Does a job, as the process does that is started for it."""

    @contextmanager
    def opened() -> Iterator[Get]:
        with app() as scope:
            yield scope.get

    return lambda job: perform(job, Run(1, job.name, clock.now()), opened)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_can_be_done_in_an_empty_shop(do: Do, job: Job) -> None:
    """Its services are there, and its sentence says what it found."""
    assert do(job).endswith(": 0.")


@pytest.mark.services
@pytest.mark.parametrize("server", ["mariadb_url", "postgresql_url"])
def test_jobs_do_their_work_on_servers(
    settings: Settings, server: str, request: pytest.FixtureRequest, clock: SetClock
) -> None:
    """One after the other, each in a transaction of that database."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock, override=True)
    with container(replace(settings, database_url=request.getfixturevalue(server)), test) as app:
        app.get(Database).create()

        @contextmanager
        def opened() -> Iterator[Get]:
            with app() as scope:
                yield scope.get

        with app() as scope:
            unit = scope.get(UnitOfWork)
            unit.persist(RewardSpan(rule_id=RuleId(1), member_id=MemberId(7), stretch="2012-07", used=1))
            unit.commit()
        for job in JOBS:
            assert re.fullmatch(r"[A-Z][^:]*: \d+\.", perform(job, Run(1, job.name, clock.now()), opened))
        with app() as scope:
            assert scope.get(UnitOfWork).find(RewardSpan) == []


def test_every_job_has_a_sentence_and_is_made_up_for_or_not_on_purpose() -> None:
    """Staff read it."""
    assert [each.name for each in JOBS if not each.note.sentence.endswith(".")] == []
    assert [each.name for each in JOBS if each.note.missed == "skip"] == ["finish_orders"]


def test_sessions_that_nobody_can_use_are_forgotten(app: Container, do: Do, clock: SetClock) -> None:
    """Not used for two weeks, or begun more than a month ago; so are links of letters. The others stay."""
    now = clock.now()
    ages = {"used": (3, 1), "idle": (20, 15), "old": (31, 0)}
    with app() as scope:
        unit = scope.get(UnitOfWork)
        for name, (begun, seen) in ages.items():
            kept: dict[str, Any] = {"created_at": now - timedelta(days=begun), "seen_at": now - timedelta(days=seen)}
            unit.persist(Session(token_hash=name.ljust(64, "0"), **kept))
        about: dict[str, Any] = {"member_id": MemberId(1), "purpose": "password", "email": "ada@example.org"}
        unit.persist(Proof(id=ProofId(1), **about, ends_at=now - timedelta(seconds=1)))
        unit.persist(Proof(id=ProofId(2), **about, ends_at=now + timedelta(seconds=1)))
        unit.commit()

    assert do(forget_sessions) == "Sessions that were over: 2."

    with app() as scope:
        unit = scope.get(UnitOfWork)
        assert [each.token_hash.rstrip("0") for each in unit.find(Session)] == ["used"]
        assert [each.id for each in unit.find(Proof)] == [2]


def test_windows_of_reward_rules_that_are_long_over_are_forgotten(app: Container, do: Do, clock: SetClock) -> None:
    """Days, weeks and months of a quarter ago and before; budgets, and which events a group has answered, stay."""
    clock.at = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a hundred days before is 15 August, in week 33
    old = ["2026-08-14", "2025-12-31", "2026-W32", "2025-W53", "2026-07"]
    kept = ["2026-08-15", "2026-11-23", "2026-W33", "2026-W47", "2026-08", "2026-11", "budget"]
    with app() as scope:
        unit = scope.get(UnitOfWork)
        for number, stretch in enumerate([*old, *kept]):
            unit.persist(RewardSpan(rule_id=RuleId(1 + number % 2), member_id=MemberId(7), stretch=stretch, used=1))
        unit.persist(RewardSpan(rule_id=RuleId(1), member_id=MemberId(8), stretch="2026-07", used=1))
        unit.persist(RewardSpan(rule_id=RuleId(0), member_id=MemberId(7), stretch="2026-07", used=1))
        unit.commit()

    assert do(forget_windows) == "Counters of what is long over: 6."

    with app() as scope:
        left = scope.get(UnitOfWork).find(RewardSpan)
    assert sorted(each.stretch for each in left if each.rule_id) == sorted(kept)
    assert [each.stretch for each in left if not each.rule_id] == ["2026-07"]


def test_messages_of_long_ago_are_forgotten(app: Container, do: Do, clock: SetClock) -> None:
    """After the days that the settings say."""
    long_ago = microseconds(clock.now() - timedelta(days=91))
    with app() as scope:
        unit = scope.get(UnitOfWork)
        for number in range(3):
            unit.execute(SEEN.insert().values(consumer="callbacks", message_id=str(number), seen_at=long_ago))
        unit.commit()
    assert do(prune_messages) == "Rows that were old: 3."


def test_runs_of_long_ago_are_forgotten(app: Container, do: Do, clock: SetClock) -> None:
    """But for the newest of each job."""
    book = app.get(Book)
    book.know(["prune_runs"])
    for _ in range(4):
        clock.advance(days=1)
        run = book.take("prune_runs", clock.now())
        assert run is not None
        book.end(run, "done")
    clock.advance(days=60)
    assert do(prune_runs) == "Runs that were old: 3."
    assert len(app.get(Desk).history()) == 1


def test_settings_change_when_a_job_is_run(settings: Settings) -> None:
    """A zone for all, a time for one, or none at all."""
    jobs = {"zone": "Europe/Berlin", "write_news": {"when": "0 9 * * TUE"}, "expire_credits": {"on": False}}
    changed = timetable(replace(settings, jobs=jobs | {"prune_runs": {"zone": "UTC"}}))
    assert (changed.of("write_news").when, changed.of("write_news").zone) == ("0 9 * * TUE", "Europe/Berlin")
    assert not changed.of("expire_credits").on
    assert changed.of("prune_runs").zone == "UTC"
    assert timetable(settings).of("write_news").zone == "UTC"


@pytest.mark.parametrize(
    ("jobs", "why"),
    [
        ({"write_letters": {"on": False}}, "names write_letters; there are finish_orders, write_news"),
        ({"write_news": {"when": "at nine"}}, "no cron expression"),
        ({"write_news": {"zone": "Mars"}}, "no time zone"),
        ({"write_news": {"at": "9"}}, r"\[jobs.write_news\] should be like"),
        ({"write_news": {"on": "no"}}, r"\[jobs.write_news\] should be like"),
        ({"write_news": False}, r"\[jobs.write_news\] should be like"),
        ({"zone": 1}, "zone of the setting"),
        ({"zone": "Mars"}, "no time zone"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: Settings, jobs: dict[str, Any], why: str) -> None:
    """With what would."""
    with pytest.raises(Misconfigured, match=why):
        timetable(replace(settings, jobs=jobs))


def test_a_shop_whose_jobs_cannot_be_is_not_opened(settings: Settings) -> None:
    """Who starts it reads why, and nothing was made."""
    with pytest.raises(Misconfigured, match="no time zone"):
        prepare(replace(settings, jobs={"zone": "Mars"}), empty=True)
    assert not (settings.data / "opensky.sqlite").exists()


def test_two_jobs_of_one_name_are_refused(settings: Settings) -> None:
    """They would take each other's times."""
    with pytest.raises(WrongJob, match="Two jobs are called prune_runs"):
        timetable(settings, (prune_runs, prune_runs))


def test_the_next_job_is_known_without_a_database(settings: Settings) -> None:
    """The board says it."""
    found = timetable(settings).next(NOON)
    assert found is not None
    note, at = found
    assert note.name == "finish_orders"
    assert NOON + timedelta(minutes=10) <= at <= NOON + timedelta(minutes=11)
    assert timetable(replace(settings, jobs={each.name: {"on": False} for each in JOBS})).next(NOON) is None


def test_a_log_is_made_readable() -> None:
    """What a program wrote for programs, and what somebody just printed."""
    log = (
        '{"timestamp":"2026-11-23T22:49:17.053753Z","level":"info","event":"job begins","program":"cron","pid":7,'
        '"job":"a","run":"7","due":"noon"}\nplain words\n'
        '{"timestamp":"2026-11-23T22:49:18Z","level":"error","event":"job failed","exception":"Traceback:\\n  here"}\n'
    )
    assert readable(log).splitlines() == [
        "22:49:17  info     job begins  due=noon",
        "plain words",
        "22:49:18  error    job failed",
        "Traceback:",
        "  here",
    ]
