"""Whatever a form holds, the builder answers with a condition or with what is wrong, and shows it again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from opensky.devo.rewards.builder import build, fits, tree_of
from opensky.devo.rewards.builder_form import acted, shown, tree_from
from opensky.devo.rewards.builder_offers import GROUPS, OF_LISTS, OFFERS
from opensky.devo.rewards.facts import EVENTS

FACTS = EVENTS["order.paid"].schema
places = st.lists(st.integers(0, 2), max_size=4).map(lambda numbers: "-".join(["when", *map(str, numbers)]))
odd = st.text(max_size=8) | st.sampled_from(
    ["line.sku", "1e99999", "-0", "9" * 5000, "2026-13-01", "a,,b", '"', "NaN", "\0"]
)
values = {
    "kind": st.sampled_from([*GROUPS, *(f"{kind}:order.lines" for kind in OF_LISTS), "some:", "no:order.total"]) | odd,
    "fact": st.sampled_from([*FACTS.facts, "line.price", "line.sku"]) | odd,
    "operator": st.sampled_from(sorted({each.operator for offers in OFFERS.values() for each in offers})) | odd,
    "value": st.sampled_from(["5", "US, CA", "2026-01-31", "2026-01-31T10:00"]) | odd,
    "to": odd,
    "text": st.sampled_from(["order.total > 1", "line.price > 1", "(" * 300, "a for b in c) or (d", "x.__class__"])
    | odd,
}
fields = st.sampled_from(sorted(values)).flatmap(
    lambda name: st.tuples(places.map(lambda place: f"{place}-{name}"), values[name])
)
forms = st.lists(fields, max_size=30).map(
    lambda found: {"when-kind": "all", "when-0-fact": "order.total", **dict(found)}
)
acts = st.builds(
    lambda what, place: f"{what}:{place}", st.sampled_from(["clause", "group", "remove", ""]) | odd, places | odd
)


@given(forms, acts)
@settings(max_examples=150, deadline=None)
def test_any_form_is_answered(form: dict[str, str], act: str) -> None:
    """And what it says is a condition that has the same tree again."""
    tree = tree_from(form)
    acted(tree, act)
    assert shown(tree, FACTS).is_group
    built = build(tree, FACTS)
    assert (built.node is None) == bool(built.wrong)
    assert all(name.startswith("when") for name in built.wrong)
    if built.node is not None and fits(tree):
        assert build(tree_of(built.node, FACTS), FACTS).node == built.node
