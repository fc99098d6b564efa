"""The measurements compare like with like, and say what they miss."""

import msgspec
import pytest

from opensky.bench import serializer
from opensky.bench.persistence_objects import make
from opensky.bench.results import as_rows
from opensky.bench.rounds import medians, peer
from opensky.bench.visitor import Context, Visitor
from opensky.kernel.errors import Misconfigured
from opensky.persistence.documents.codec import dump
from opensky.serializer import serialize


def test_a_peer_that_is_not_installed_is_told_with_what_to_do() -> None:
    """A measurement without its peers would show half of the truth."""
    with pytest.raises(Misconfigured, match=r"compares with nowhere, which is not installed\. Run it by the launcher"):
        peer("nowhere.to.be_found")


def test_the_ways_take_turns_and_each_is_warm_when_it_is_timed() -> None:
    """Twice a round, one after the other."""
    done: list[str] = []

    times = medians({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, 2)

    assert done == ["a", "a", "b", "b"] * 2
    assert set(times) == {"a", "b"}


def test_the_walking_serializer_shows_what_ours_shows() -> None:
    """Else it would be no comparison."""
    products = serializer.make_products(2)

    assert msgspec.json.decode(msgspec.json.encode(Visitor().accept(products, Context(frozenset(("api",)))))) == (
        msgspec.json.decode(serialize(products, "api"))
    )


def test_the_documents_are_always_the_same() -> None:
    """Two runs measure one thing."""
    assert [dump(each) for each in make(3)] == [dump(each) for each in make(3)]


def test_all_peers_give_the_same_json_as_we() -> None:
    """The measurement itself checks it, and refuses otherwise."""
    for name in ("orjson", "pydantic", "marshmallow"):
        pytest.importorskip(name, reason="the peers are installed by ./opensky bench serializer")

    results = serializer.run(products=3, rounds=1)

    assert next(iter(results)) == "serializer, times by hand with orjson"
    assert len(as_rows(results)) == 7
