"""Applying operations to another database: in whatever order, however often, in whatever portions, the last one stands."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from opensky.persistence.documents.mongo_apply import apply
from opensky.persistence.documents.operations import Operation, decoded

pytestmark = pytest.mark.services

VALUES = st.one_of(
    st.none(),
    st.integers(-5, 5),
    st.text(max_size=3),
    st.dictionaries(st.sampled_from("ab"), st.integers(-(2**63), 2**63 - 1)),
)
BODIES = st.dictionaries(st.sampled_from(["slug", "best", "tags"]), VALUES)


@st.composite
def lives(draw: st.DrawFn) -> list[Operation]:
    """The operations of a few documents: made, changed by paths or whole, removed, and made again."""
    operations: list[Operation] = []
    for document_id in range(1, draw(st.integers(1, 3)) + 1):
        before: dict[str, Any] | None = None
        for revision in range(1, draw(st.integers(1, 5)) + 1):
            body = None if before is not None and draw(st.booleans()) else draw(BODIES) | {"id": document_id}
            changed: tuple[str, ...] = ()
            if before is not None and body is not None and draw(st.booleans()):
                both = before.keys() | body.keys()
                changed = tuple(sorted(k for k in both if before.get(k, ...) != body.get(k, ...)))
            number = len(operations) + 1
            operations.append(Operation(number, "lives", document_id, revision, body, changed))
            before = body
    return operations


@pytest.fixture(scope="module")
def store(mongodb_url: str) -> Iterator[Any]:
    """A collection for all examples; each begins with an empty one."""
    with MongoClient[dict[str, Any]](mongodb_url) as client:
        yield client.get_default_database()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.booleans())
def test_the_last_operation_of_each_document_stands(store: Any, data: st.DataObject, transactions: bool) -> None:
    """Two relays and a process that slept may all apply the same journal."""
    operations = data.draw(lives())
    again = data.draw(st.lists(st.sampled_from(operations), max_size=6))
    tried = data.draw(st.permutations([*operations, *again]))
    store["lives"].delete_many({})

    while tried:
        portion = data.draw(st.integers(1, len(tried)))
        assert apply(store, tried[:portion], transactions=transactions) == {}
        tried = tried[portion:]

    last = {op.document_id: op for op in operations}
    found = {d["_id"]: d for d in store["lives"].find()}
    assert found.keys() == last.keys()
    for id_, op in last.items():
        kept = found[id_]
        assert kept.pop("_rev") == op.revision
        assert ("_gone" in kept) == (op.body is None)
        if op.body is not None:
            assert kept == {"_id": id_} | {k: v for k, v in op.body.items() if k != "id"}


@given(lives())
def test_the_journal_gives_back_what_was_written(operations: list[Operation]) -> None:
    """No class is needed to read a row, so that a relay of another release can apply it."""
    for op in operations:
        assert decoded(op.id, op.collection, op.document_id, op.revision, op.encoded()) == op
