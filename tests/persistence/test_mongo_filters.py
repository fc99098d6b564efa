"""Filters mean the same in SQL, in MongoDB's language and on plain data, and the same ones are refused."""

from typing import Any

import pytest

from opensky.persistence import Uncompilable
from opensky.persistence.documents.codec import dump
from opensky.persistence.documents.filters import compile_filter, compile_sort
from opensky.persistence.documents.matching import matches, ordered
from opensky.persistence.documents.mongo_filters import mongo_filter, mongo_sort
from opensky.testing.conformance.documents import CASES, POTS
from opensky.testing.conformance.model import NOON, Pot

REFUSED: list[dict[str, Any]] = [
    {"colour": "x"},
    {"slug": {"$where": "1"}},
    {"slug": {"$size": 2}},
    {"$text": "x"},
    {"$expr": {}},
    {"slug": {"$regex": "bo"}},
    {"slug": {"$regex": "^b.o"}},
    {"slug": {"$not": {"$regex": "o$"}}},
    {"slug": {"$elemMatch": {"x": 1}}},
    {"slug.length": 3},
    {"sizes": {"$elemMatch": {"depth": 1}}},
    {"sizes": {"$elemMatch": {"width": {"$ne": 1}}}},
    {"$or": [{"slug": "x"}, {"$nor": [{"colour": "x"}]}]},
]


@pytest.mark.parametrize("filter_", REFUSED, ids=str)
def test_what_sql_refuses_is_refused_for_mongodb_too(filter_: dict[str, Any]) -> None:
    """A filter that worked on one engine only would bind a shop to it."""
    for translate in (compile_filter, mongo_filter):
        with pytest.raises(Uncompilable):
            translate(Pot, filter_)


@pytest.mark.parametrize(("filter_", "expected"), CASES, ids=[str(c[0]) for c in CASES])
def test_plain_data_is_matched_as_in_the_stores(filter_: dict[str, Any], expected: list[int]) -> None:
    """What a transaction has flushed is found by the same filters as what is kept."""
    assert [pot.id for pot in POTS if matches(filter_, dump(pot))] == expected


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({}, {}),
        ({"id": 3, "slug": "cup"}, {"_id": {"$eq": 3}, "slug": {"$eq": "cup"}}),
        ({"fired_at": {"$gte": NOON}}, {"fired_at": {"$gte": "2026-03-01T12:00:00.250000Z"}}),
        ({"weight": {"$gt": 1, "$lt": 2}}, {"weight": {"$gt": 1, "$lt": 2}}),
        ({"$or": []}, {"_id": {"$in": []}}),
        ({"$nor": []}, {}),
        ({"slug": {"$not": {"$eq": "a"}}}, {"$nor": [{"slug": {"$eq": "a"}}]}),
        ({"glazed": 1}, {"glazed": {"$eq": True}}),
        (
            {"$and": [{"slug": "a"}, {"slug": "b"}]},
            {"$and": [{"slug": {"$eq": "a"}}, {"slug": {"$eq": "b"}}]},
        ),
    ],
    ids=str,
)
def test_a_filter_is_what_mongodb_expects(filter_: dict[str, Any], expected: dict[str, Any]) -> None:
    """``id`` is called ``_id``, values are as documents hold them, and no connective is empty, which MongoDB refuses."""
    assert mongo_filter(Pot, filter_) == expected


def test_nothing_is_compared_with_whole_objects() -> None:
    """MongoDB would compare them key by key, in the order in which they were written."""
    for value in ({"width": 9}, [1, 2]):
        with pytest.raises(Uncompilable, match="single value"):
            mongo_filter(Pot, {"best": value})


def test_sorting_is_the_same_everywhere() -> None:
    """Several keys, descending ones, what is missing first; a list has no order."""
    assert mongo_sort(Pot, ("-made_at", "id")) == [("made_at", -1), ("_id", 1)]
    bodies = [dump(pot) for pot in POTS]
    assert [b["id"] for b in ordered(bodies, ("glazed", "-weight"))] == [3, 1, 4, 2]
    assert [b["id"] for b in ordered(bodies, ("best.width", "-slug"))] == [3, 1, 2, 4]
    for translate in (compile_sort, mongo_sort):
        with pytest.raises(Uncompilable, match="runs over a list"):
            translate(Pot, ("tags",))
