"""An event survives the journey through a queue: as plain JSON and back it is the same event."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.events import Codec, Event, NotPlain, SubjectGone, UnknownEvent, WrongEvent, declare
from opensky.events.codec import decode, encode
from opensky.kernel.errors import OpenSkyError
from opensky.kernel.money import Money


@dataclass(eq=False)
class Parcel:
    """What the events of these tests are about; its key is composite."""

    depot: str
    number: int


SENT = declare("parcel.sent", "A parcel left a depot.", subject=Parcel, parameters=("value",))
STRIKE = declare("depot.struck", "The depots are on strike.", subject=None)


class Shelf:
    """Parcels, kept in memory."""

    def __init__(self, *parcels: Parcel) -> None:
        self._parcels = {(p.depot, p.number): p for p in parcels}

    def key(self, subject: object) -> tuple[Any, ...]:
        """The composite key of a parcel."""
        assert isinstance(subject, Parcel)
        return subject.depot, subject.number

    def get(self, cls: type[Any], *key: Any) -> object | None:
        """The parcel, if it is still there."""
        assert cls is Parcel
        return self._parcels.get(key)


zones = st.builds(lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-1439, 1439))
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=zones)
    | st.builds(Money, st.integers(), st.sampled_from(["USD", "JPY"])),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.sampled_from(["$", "$int", "$$date", "$money"]), inner)
    ),
)


def shape(value: Any) -> Any:
    """Return a value with the types of all its parts, since ``1 == True == 1.0``."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [shape(each) for each in value]
    return type(value), str(value)


@given(plain)
def test_a_value_is_the_same_after_the_journey_through_json(value: Any) -> None:
    """Same value, same types, exactly; also of what looks like the codec's own marks."""
    back = decode(json.loads(json.dumps(encode(value), allow_nan=False)))

    assert back == value
    assert shape(back) == shape(value)


@given(plain)
def test_an_event_arrives_with_name_parameters_and_its_subject_read_again(value: Any) -> None:
    """The other side has the object of its own store."""
    here, there = Parcel("York", 1 << 60), Parcel("York", 1 << 60)

    data = json.loads(json.dumps(Codec(Shelf(here)).encode(Event(SENT, here, {"value": value}))))
    event = Codec(Shelf(there)).decode(data)

    assert event == Event(SENT, there, {"value": value})
    assert event.subject is there


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_rubbish_is_refused_and_breaks_nothing(rubbish: Any) -> None:
    """Whatever a queue delivers, the answer is an error of ours."""
    for data in (rubbish, {"name": SENT, "subject": {"id": rubbish}, "parameters": rubbish}):
        with pytest.raises(OpenSkyError):
            Codec(Shelf()).decode(data)


def test_the_data_of_an_event_is_readable() -> None:
    """What stands in a queue can be understood by whoever looks."""
    parcel = Parcel("York", 1 << 60)
    value = {"at": datetime(2013, 2, 8, 12, tzinfo=UTC), "price": Money(1250), "weight": Decimal("1.50"), "id": 7}

    assert Codec(Shelf()).encode(Event(SENT, parcel, {"value": value})) == {
        "name": "parcel.sent",
        "subject": {"class": "Parcel", "id": {"$tuple": ["York", {"$int": "1152921504606846976"}]}},
        "parameters": {
            "value": {
                "at": {"$datetime": "2013-02-08T12:00:00+00:00"},
                "price": {"$money": "1250 USD"},
                "weight": {"$decimal": "1.50"},
                "id": 7,
            }
        },
    }


def test_an_event_about_nothing_in_particular_travels_too() -> None:
    """No subject, no parameters."""
    codec = Codec(Shelf())

    data = codec.encode(Event(STRIKE))

    assert data == {"name": "depot.struck", "subject": None, "parameters": {}}
    assert codec.decode(data) == Event(STRIKE)


def test_a_subject_that_is_gone_is_said_to_be_gone() -> None:
    """The receiver can drop the message, which is not the same as a broken one."""
    parcel = Parcel("York", 5)
    data = Codec(Shelf()).encode(Event(SENT, parcel, {"value": 1}))

    with pytest.raises(SubjectGone, match=r"Parcel \('York', 5\) of event 'parcel\.sent' does not exist any more"):
        Codec(Shelf()).decode(data)


@pytest.mark.parametrize(
    "value",
    [object(), b"x", {1: 2}, float("nan"), Decimal("NaN"), datetime(2013, 2, 8), {1, 2}, [Parcel("York", 1)]],  # noqa: DTZ001 - it is the naive one that is refused
)
def test_a_value_without_a_plain_form_is_refused(value: Any) -> None:
    """Found where the event is sent, not where it cannot be read."""
    with pytest.raises(NotPlain, match="has no plain form; give an id"):
        encode({"deep": [value]})


def test_an_event_that_nobody_declares_here_is_refused() -> None:
    """An old receiver and a new sender disagree in words."""
    with pytest.raises(UnknownEvent, match=r"No event 'parcel\.teleported'"):
        Codec(Shelf()).decode({"name": "parcel.teleported", "subject": None, "parameters": {}})
    with pytest.raises(WrongEvent, match="is not the data of an event"):
        Codec(Shelf()).decode({"name": SENT, "subject": None, "parameters": {"value": {"$datetime": "noon"}}})
