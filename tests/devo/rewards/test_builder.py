"""The builder of conditions: each condition has a tree of fields, and each tree a condition or a sentence for each field that is wrong."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opensky.devo.rewards.builder import Clause, Group, Written, build, fits, tree_of
from opensky.devo.rewards.conditions import ALWAYS, exact
from opensky.devo.rewards.facts import EVENTS
from opensky.ruler.nodes import Fact, Item, Literal, Node, Operation, Property, Quantified
from opensky.ruler.text_form import from_text, to_text

ORDERS = EVENTS["order.paid"].schema
TOTAL, COUNTRY, FIRST = (Property(Fact("order"), name) for name in ("total", "country", "first_purchase"))
JOINED, LINES = Property(Fact("member"), "joined_at"), Property(Fact("order"), "lines")
SKU, PRICE = (Property(Item("line"), name) for name in ("sku", "price"))

numbers = st.integers(-5, 5_000) | st.sampled_from([Decimal("19.99"), Decimal("0.5")])
texts = st.sampled_from(["US", "a b", 'say "hi"', "it's", "x, y", "Ä", "1", "a,", " b", ""])
moments = st.sampled_from(
    [date(2026, 1, 31), datetime(2026, 1, 31, 10, 5, tzinfo=UTC), datetime(2026, 1, 31, 10, 5, 7, tzinfo=UTC)]
)


def asks(fact: Node, values: st.SearchStrategy[object], *names: str) -> st.SearchStrategy[Node]:
    return st.builds(lambda name, value: Operation(name, (fact, Literal(value))), st.sampled_from(names), values)


def among(fact: Node, values: st.SearchStrategy[object]) -> st.SearchStrategy[Node]:
    many = st.lists(values, min_size=1, max_size=3)
    names = st.sampled_from(["set_contains", "set_does_not_contain"])
    return st.builds(lambda name, found: Operation(name, (Literal(found), fact)), names, many)


yes = st.just(Operation("equal_to", (FIRST, Literal(True))))
sums = st.builds(
    lambda n: Operation("greater_than", (Operation("add", (TOTAL, Literal(n))), Literal(3))), st.integers(0, 9)
)
clauses = st.one_of(
    asks(TOTAL, numbers, "equal_to", "greater_than", "less_than_or_equal_to"),
    st.builds(lambda a, b: Operation("between", (TOTAL, Literal(a), Literal(b))), numbers, numbers),
    among(TOTAL, numbers),
    asks(COUNTRY, texts, "equal_to", "not_equal_to", "starts_with", "matches"),
    among(COUNTRY, texts),
    asks(JOINED, moments, "after", "before", "greater_than"),
    st.builds(lambda n: Operation("within", (JOINED, Literal(n), Fact("now"))), st.integers(1, 90)),
    yes,
    yes.map(lambda asked: Operation("logical_not", (asked,))),
    st.just(Operation("exists", (COUNTRY,))),
    sums,
)
of_lines = st.one_of(asks(SKU, texts, "equal_to", "ends_with"), asks(PRICE, numbers, "greater_than"))
inside = of_lines | st.lists(of_lines, min_size=2, max_size=3).map(lambda found: Operation("logical_and", tuple(found)))
lists = st.builds(
    lambda kind, asked: Quantified(kind, LINES, "line", asked), st.sampled_from(["any_of", "all_of"]), inside
)
joins = st.sampled_from(["logical_and", "logical_or", "logical_xor"])
conditions = st.recursive(
    clauses | lists,
    lambda inner: st.one_of(
        st.builds(lambda name, found: Operation(name, tuple(found)), joins, st.lists(inner, min_size=2, max_size=3)),
        inner.map(lambda found: Operation("logical_not", (found,))),
    ),
    max_leaves=6,
)


@given(conditions)
@settings(max_examples=150, deadline=None)
def test_every_condition_has_a_tree_that_says_just_the_same(node: Node) -> None:
    """What the fields have no place for stands as text in it."""
    built = build(tree_of(node, ORDERS), ORDERS)
    assert built.wrong == {}
    assert built.node == exact(node)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("order.total >= 19.99", [Clause("order.total", "greater_than_or_equal_to", "19.99")]),
        ("order.first_purchase", [Clause("order.first_purchase", "yes")]),
        ("not order.is_guest", [Clause("order.is_guest", "no")]),
        ('order.country in ["US", "CA"]', [Clause("order.country", "set_contains", "US, CA")]),
        ("between(order.total, 5, 10)", [Clause("order.total", "between", "5", "10")]),
        ("within(member.joined_at, 30, now)", [Clause("member.joined_at", "within", "30")]),
        (
            'any(line.sku == "BOWL" and line.quantity > 1 for line in order.lines)',
            [
                Group(
                    "some:order.lines",
                    [Clause("line.sku", "equal_to", "BOWL"), Clause("line.quantity", "greater_than", "1")],
                )
            ],
        ),
        ("order.total > order.items", [Written("order.total > order.items")]),
        (
            "any(line.price * line.quantity > 50 for line in order.lines)",
            [Group("some:order.lines", [Written("line.price * line.quantity > 50")])],
        ),
        (
            "order.items > 3 and not (order.total < 5 or order.is_guest)",
            [
                Clause("order.items", "greater_than", "3"),
                Group("none", [Clause("order.total", "less_than", "5"), Clause("order.is_guest", "yes")]),
            ],
        ),
    ],
)
def test_a_text_is_shown_as_fields(text: str, parts: list[object]) -> None:
    """And the fields give the text again."""
    tree = tree_of(exact(from_text(text)), ORDERS)
    assert tree == Group("all", parts)  # type: ignore[arg-type]
    assert build(tree, ORDERS).node == exact(from_text(text))


def test_what_is_too_much_for_fields_stays_text() -> None:
    """Too many parts, too deep, or too long a list."""
    many = from_text(" or ".join(f"order.total == {n}" for n in range(60)))
    deep = from_text("order.total > 1" + " and (order.total > 2 or (order.items > 1" * 4 + "))" * 4)
    long = from_text(f"order.country in {[f'country {n}' for n in range(1_160)]}")
    small = from_text(" or ".join(f"order.total == {n}" for n in range(50)))
    assert [fits(tree_of(node, ORDERS)) for node in (many, deep, long, small)] == [False, False, False, True]


def test_a_tree_without_clauses_always_holds() -> None:
    """As an empty text does."""
    assert build(Group(), ORDERS).node == ALWAYS
    assert tree_of(ALWAYS, ORDERS) == Group()


def test_what_is_wrong_is_said_by_the_name_of_its_field() -> None:
    """All of it at once."""
    tree = Group(
        "all",
        [
            Clause(),
            Clause("order.total"),
            Clause("order.total", "greater_than", "much"),
            Clause("order.total", "between", "5", ""),
            Clause("order.country", "greater_than", "US"),
            Clause("member.joined_at", "after", "tomorrow"),
            Group("any"),
            Written("order.totel > 1"),
            Group("some:order.lines", [Written("line.price > 1 for line in things) or (true"), Written("line.wood")]),
            Group("some:order.total", [Clause("order.total", "exists")]),
        ],
    )
    assert build(tree, ORDERS).wrong == {
        "when-0-fact": "Please choose what to ask about.",
        "when-1-operator": "Please choose how to compare.",
        "when-2-value": "Please give a number such as 30 or 7.50.",
        "when-3-to": "Please fill this in.",
        "when-4-operator": "Please choose how to compare.",
        "when-5-value": "Please give a day such as 2026-12-24, or a day and time such as 2026-12-24 18:00 in UTC.",
        "when-6-kind": "This group asks nothing yet: add a clause, or remove it.",
        "when-7-text": "There is no fact 'order.totel'. Did you mean 'order.total'?",
        "when-8-0-text": "A rule has no such form.",
        "when-8-1-text": "The things of this list have no 'wood'.",
        "when-9-kind": "Please choose which of these must hold.",
    }


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_the_example_of_every_event_can_be_built(event: str) -> None:
    """From fields alone."""
    schema = EVENTS[event].schema
    tree = tree_of(exact(from_text(EVENTS[event].example)), schema)
    assert not any(isinstance(each, Written) for each in tree.parts), to_text(from_text(EVENTS[event].example))
