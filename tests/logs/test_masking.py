"""What a line of a log may say, and what it must not."""

from dataclasses import dataclass, make_dataclass
from datetime import UTC, datetime
from time import process_time
from typing import Annotated, Any, get_type_hints

import msgspec
import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from opensky.devo.model import MODEL
from opensky.kernel.ids import MemberId
from opensky.kernel.masking import cleaned
from opensky.kernel.money import Money
from opensky.logs import collected, security
from opensky.mapping import Groups, Id, Personal, describe, entity
from opensky.settings import Settings

DOOR = "Xk29ab_QzT7LmN0pRs41UvWy88Zz"


@entity("people")
@dataclass(eq=False, kw_only=True)
class Person:
    """Somebody."""

    id: Annotated[int, Id(), Groups("api")]
    state: str
    email: Annotated[str, Personal("contact")]
    orders: Annotated[int, Personal("account")] = 0
    password_hash: Annotated[str, Personal("secret")] = ""


class Told(msgspec.Struct):
    """Plain data without marks."""

    state: str
    remark: str


def line(**facts: Any) -> dict[str, Any]:
    """Return the line that a process writes of these facts."""
    with collected() as written:
        structlog.get_logger().info("something.happened", **facts)
    [made] = written
    return {name: made[name] for name in made if name not in {"timestamp", "level", "event", "program", "pid"}}


def test_an_object_shows_what_its_marks_allow() -> None:
    """In place of what is personal stands its class, so that a reader knows that there is something."""
    ada = Person(id=7, state="active", email="ada@mail.example", orders=3, password_hash="$argon2id$v=19$x")

    assert line(who=ada) == {
        "who": {
            "class": "Person",
            "id": 7,
            "state": "active",
            "email": "⟦contact⟧",
            "orders": "⟦account⟧",
            "password_hash": "⟦secret⟧",
        }
    }


@pytest.mark.parametrize("cls", MODEL, ids=lambda cls: cls.__name__)
def test_no_object_of_the_shop_tells_what_is_personal(cls: type) -> None:
    """Whatever is kept and marked: a value that stands in such a field is nowhere in the line."""
    private = [field.name for field in describe(cls).stored_fields if field.personal != "public"]
    hints = get_type_hints(cls, include_extras=True)
    twin = make_dataclass(
        cls.__name__, hints.items(), slots=True
    )  # the class itself is mapped, and wants values that fit
    thing = twin(*["mallory was here" if name in private else None for name in hints])

    shown = line(thing=thing)["thing"]

    assert "mallory" not in str(shown)
    assert {name for name in private if not str(shown[name]).startswith("⟦")} == set()


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("email", "ada@mail.example", "⟦masked⟧"),
        ("customer_name", "Ada", "⟦masked⟧"),
        ("password", "hunter2", "⟦secret⟧"),
        ("api_key", "abc", "⟦secret⟧"),
        ("token", "", ""),
        ("pan", 4242424242424242, "⟦secret⟧"),
        ("zip", 9000, "⟦masked⟧"),
        ("said", "no room for ada@mail.example", "no room for ⟦masked⟧"),
        ("said", "call +32 470 12 34 56", "call ⟦masked⟧"),
        ("said", "card 4242 4242 4242 4242", "card ⟦secret⟧"),
        ("path", f"/reset/{DOOR}", "/reset/⟦secret⟧"),
        ("url", "postgresql://shop:hunter2@db/shop", "postgresql://⟦secret⟧@db/shop"),
        ("error", ValueError("password=hunter2"), "ValueError: password=⟦secret⟧"),
        ("lines", 3, 3),
        ("ratio", 0.5, 0.5),
        ("open", True, True),
        ("nothing", None, None),
        ("price", Money(1250), "12.50 USD"),
        ("at", datetime(2026, 11, 23, tzinfo=UTC), "2026-11-23 00:00:00+00:00"),
    ],
)
def test_a_value_is_judged_by_its_name_and_its_form(name: str, value: object, shown: object) -> None:
    """What has a private name is masked whole, what is found inside of a text is masked there."""
    assert line(**{name: value}) == {name: shown}


def test_what_lies_deeper_is_masked_unless_it_is_known_to_be_harmless() -> None:
    """Whoever wrote the line did not choose it: a body of a message, plain data of another room, settings."""
    body = {"order": "OS-1", "state": "paid", "remark": "for my mother", "email": "a@b.example", "lines": [1, 2]}

    assert line(body=body, told=Told("sent", "for my mother"))["body"] == {
        "order": "OS-1",
        "state": "paid",
        "remark": "⟦masked⟧",
        "email": "⟦masked⟧",
        "lines": [1, 2],
    }
    assert line(told=Told("sent", "for my mother"))["told"] == {"state": "sent", "remark": "⟦masked⟧"}
    assert "hunter2" not in str(line(settings=Settings(secret_key="hunter2", database_url="mariadb://x:hunter2@h/d")))


def test_large_numbers_are_text_so_that_no_reader_rounds_them() -> None:
    """An id has 64 bits, and most readers of JSON keep 53."""
    assert line(order=2236276920956231680, journeys=[2236276920956231680], lines=2**53 - 1) == {
        "order": "2236276920956231680",
        "journeys": ["2236276920956231680"],
        "lines": 2**53 - 1,
    }


def test_a_traceback_tells_no_values_of_a_row() -> None:
    """Databases and drivers put them into their words."""
    engine, row = create_engine("sqlite://"), {"a": "-".join("Ada")}
    with collected() as written, engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (a TEXT UNIQUE)"))
        connection.execute(text("INSERT INTO t VALUES (:a)"), row)
        try:
            connection.execute(text("INSERT INTO t VALUES (:a)"), row)
        except IntegrityError:
            structlog.get_logger().exception("web.failed")
    engine.dispose()
    [made] = written
    assert "UNIQUE constraint failed" in made["exception"]
    assert "A-d-a" not in made["exception"]


@pytest.mark.parametrize(
    "said",
    [
        'duplicate key value violates unique constraint "m"\nDETAIL:  Key (name)=(Ada Moss) already exists.',
        "null value in column\nDETAIL:  Failing row contains (7, Ada Moss, null).",
        "(1062, \"Duplicate entry 'Ada Moss-7' for key 'm'\")",
    ],
)
def test_what_servers_tell_of_a_row_is_left_out(said: str) -> None:
    """PostgreSQL and MariaDB name the values that they refuse."""
    with collected() as written:
        structlog.get_logger().error("web.failed", exc_info=RuntimeError(said))
    assert "Ada Moss" not in written[0]["exception"]


def test_a_security_line_says_from_where_and_nothing_else_does() -> None:
    """Without the address nobody could be kept out; elsewhere it is somebody's."""
    with collected() as written:
        security("auth.failed", address="192.0.2.7", email="ada@mail.example", member=MemberId(5))
        structlog.get_logger().info("something.else", address="192.0.2.7")
    guarded, other = written
    assert (guarded["address"], guarded["email"], guarded["member"]) == ("192.0.2.7", "⟦masked⟧", 5)
    assert other["address"] == "⟦masked⟧"


def test_a_long_word_is_looked_at_once() -> None:
    """What a stranger sends stands in lines, too: a word of a million letters must not keep a process busy for minutes."""
    began = process_time()
    cleaned("e" * 1_000_000 + "@" + "a/" * 10_000)
    assert process_time() - began < 10
