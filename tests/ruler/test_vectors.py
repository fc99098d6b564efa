"""The vectors: evaluations that were really run on PHP's Ruler, where this machine has them."""

from pathlib import Path

import pytest

from opensky.ruler import Misbuilt
from opensky.ruler.vectors import DECISIONS, RAISED, Agreement, Vector, read, run

FILE = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "ruler.jsonl"


def test_all_vectors_agree_or_follow_the_decision_of_their_class() -> None:
    if not FILE.exists():
        pytest.skip("the vectors are not on this machine")
    agreement = Agreement()
    with FILE.open() as lines:
        for vector in read(lines):
            agreement.add(vector)
    assert agreement.misses == []
    assert agreement.exact == agreement.of_exact > 500
    assert agreement.followed == agreement.of_class
    assert set(agreement.of_class) <= set(DECISIONS)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"op": "add", "args": [1, {"var": "x"}], "context": {"x": 2}}, 3),
        ({"op": "add", "args": [1, "2"]}, RAISED),
        ({"op": "lessThan", "args": [{"var": "gone"}, 1]}, False),
        ({"op": "equalTo", "args": [{"prop": [{"var": "u"}, "n"]}, 3], "context": {"u": {"$methods": {"n": 3}}}}, True),
        ({"op": "rule", "args": [{"op": "equalTo", "args": [{"lit": [1]}, [1]]}]}, True),
    ],
)
def test_a_vector_is_evaluated(data: dict[str, object], found: object) -> None:
    assert run(data)[0] == found


def test_lazy_facts_are_counted() -> None:
    data = {"op": "equalTo", "args": [{"var": "f"}, {"var": "f"}], "context": {"f": {"$lazy": 5}}, "evaluations": 2}
    assert run(data) == (True, {"f": 4})
    data["context"] = {"f": {"$shared": 5}}
    assert run(data) == (True, {"f": 1})


def test_a_miss_names_its_line() -> None:
    agreement = Agreement()
    agreement.add(Vector(7, {"op": "add", "args": [1, 1], "expect": 3}))
    assert agreement.misses == ["line 7: add gave 2, not 3"]
    assert (agreement.exact, agreement.of_exact) == (0, 1)


@pytest.mark.parametrize("line", ["{", "[]", '{"op": "add"}'])
def test_a_line_that_is_no_vector_is_told(line: str) -> None:
    with pytest.raises(Misbuilt, match="Line 2"):
        list(read(['{"op": "add", "args": [1, 2]}', line]))
