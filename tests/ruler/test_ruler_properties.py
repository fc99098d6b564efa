"""What holds for all conditions: compiled, checked and traced agree; JSON and text give the same condition back."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opensky.ruler import Context, InvalidRule, Rule, RulerError
from opensky.ruler.checked import value_of
from opensky.ruler.expressions import Expression, is_condition
from opensky.ruler.index import IndexedRules
from opensky.ruler.json_form import canonical, from_json, revision, to_json
from opensky.ruler.nodes import MISSING, Fact, Item, Literal, Node, Operation, Property, Quantified
from opensky.ruler.operators import ANY_NUMBER, LOGIC, OPERATORS
from opensky.ruler.text_form import from_text, to_text

NAMES = ("a", "b", "order", "user", "x.y", "in")
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.floats(-5, 5, width=16),
    st.sampled_from(["", "a", "ab", "B", "5", "0", 'q"', "é\n"]),
    st.sampled_from([Decimal("1.00"), Decimal(5), Decimal("0.1")]),
    st.sampled_from([date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, 5, tzinfo=UTC)]),
)
literals = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
values = literals | st.dictionaries(st.sampled_from(NAMES), literals, max_size=3)
contexts = st.dictionaries(st.sampled_from(NAMES), values, max_size=6)
defaults = st.just(MISSING) | scalars

VALUES = [each for each in OPERATORS.values() if each.gives != "condition" and each.name != "exponentiate"]
CLAUSES = [each for each in OPERATORS.values() if each.gives == "condition" and each.name not in LOGIC]


def operations(known: list[Any], operand: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def of(each: Any) -> st.SearchStrategy[Node]:
        most = 3 if each.most == ANY_NUMBER else each.most
        operands = st.lists(operand, min_size=each.least, max_size=most)
        return operands.map(lambda found: Operation(each.name, tuple(found)))

    return st.sampled_from(known).flatmap(of)


references = st.builds(Fact, st.sampled_from(NAMES), defaults) | st.builds(
    Property, st.builds(Fact, st.sampled_from(NAMES)), st.sampled_from(("a", "b", "in", "x.y")), defaults
)
things = st.recursive(
    references | literals.map(Literal),
    lambda inner: operations(VALUES, inner) | st.builds(Property, references, st.sampled_from(NAMES), defaults),
    max_leaves=4,
)
clauses = operations(CLAUSES, things)
about_items = operations(
    CLAUSES, st.just(Item("item")) | st.builds(Property, st.just(Item("item")), st.sampled_from("ab")) | things
)
quantified = st.builds(Quantified, st.sampled_from(("any_of", "all_of")), references, st.just("item"), about_items)
conditions = st.recursive(
    clauses | quantified,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda found: Operation("logical_and", tuple(found))),
        st.lists(inner, min_size=1, max_size=4).map(lambda found: Operation("logical_or", tuple(found))),
        st.lists(inner, min_size=1, max_size=3).map(lambda found: Operation("logical_xor", tuple(found))),
        inner.map(lambda found: Operation("logical_not", (found,))),
    ),
    max_leaves=8,
)


def outcome(ask: Any) -> Any:
    try:
        return bool(ask())
    except RulerError as error:
        return type(error)


@given(conditions, contexts)
@settings(max_examples=200)
def test_compiled_checked_and_traced_agree(node: Node, facts: dict[str, Any]) -> None:
    rule = Rule(Expression(node))
    checked = outcome(lambda: value_of(node, Context(facts)))
    assert outcome(lambda: rule.evaluate(Context(facts))) == checked
    trace = rule.explain(Context(facts))
    assert trace.satisfied == (checked is True)
    assert bool(trace.error) == (checked not in (True, False))
    assert trace.lines()


@given(conditions)
@settings(max_examples=100)
def test_json_and_text_give_the_same_condition_back(node: Node) -> None:
    plain = json.loads(canonical(node))
    assert to_json(from_json(plain)) == plain
    assert revision(from_json(plain)) == revision(node)
    again = from_text(to_text(node))
    assert is_condition(again)
    assert canonical(again) == canonical(from_text(to_text(again)))


@given(conditions, contexts)
@settings(max_examples=80)
def test_a_condition_means_the_same_after_json_and_text(node: Node, facts: dict[str, Any]) -> None:
    before = outcome(lambda: value_of(node, Context(facts)))
    for again in (from_json(to_json(node)), from_text(to_text(node))):
        assert outcome(lambda again=again: value_of(again, Context(facts))) == before


@given(st.lists(conditions, max_size=12), contexts)
@settings(max_examples=60)
def test_an_index_finds_what_asking_each_rule_finds(nodes: list[Node], facts: dict[str, Any]) -> None:
    rules = [Rule(Expression(node)) for node in nodes]
    index = IndexedRules()
    for rule in rules:
        index.add_rule(rule)
    wanted = {id(rule) for rule in rules if outcome(lambda rule=rule: rule.evaluate(Context(facts))) is True}
    assert {id(rule) for rule in index.matching(facts)[0]} == wanted


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*OPERATORS, "fact", "item", "part", "list", "map", "decimal", "any_of", "as", "when", "v", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(json_values)
@settings(max_examples=150)
def test_any_json_is_read_or_refused(data: Any) -> None:
    for given_data in (data, {"v": 1, "when": data}):
        try:
            node = from_json(given_data)
        except InvalidRule:
            continue
        outcome(lambda node=node: Rule(Expression(node)).evaluate({}))


@given(st.text(max_size=60) | st.text(alphabet="ab.[]()\"'=<>!+-*/%, andortinx0123456789_:{}", max_size=60))
@settings(max_examples=150)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        node = from_text(text)
    except InvalidRule:
        return
    assert canonical(from_text(to_text(node)))
