# ruff: noqa: PLR2004 - conditions are made of numbers
"""``opensky bench rules``: what asking a rule costs, of the same condition written by hand; and many rules on one event.

What rules cost a shop is measured beside (``rules_shop``).
Five rules, asked in turn with facts for which they hold and facts for which they do not; CPU time of this process, the best of many
slices, because what a function costs is what it costs undisturbed. The peers were measured elsewhere, as multiples of their own hand-written
Python (PHP's Ruler with its JIT on, rule-engine; json-rules-engine and PHP's Ruler for ten thousand rules).
"""

import json
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opensky.bench import rules_shop
from opensky.bench.results import Metric, Results
from opensky.kernel.errors import OpenSkyError
from opensky.ruler import Context, Rule, RuleBuilder
from opensky.ruler.expressions import Expression
from opensky.ruler.index import IndexedRules
from opensky.ruler.json_form import canonical, from_json

MANY = 10_000
_CALLS = 2_000
Facts = dict[str, Any]
rb = RuleBuilder()
order, member = rb.order, rb.member


@dataclass(frozen=True, slots=True)
class Contest:
    """One condition, as an expression and by hand, and what makes its facts anew at each call where it needs fresh ones."""

    name: str
    condition: Expression
    by_hand: Callable[[Facts], Any]
    lazy: bool = False


def _r5_by_hand(facts: Facts) -> bool:
    orders = facts["find"](facts)
    return bool(orders > 2 and orders < facts["limit"] and orders != 7)


CONTESTS = (
    Contest("one comparison", rb.points >= 500, lambda f: f["points"] >= 500),
    Contest(
        "three comparisons",
        (rb.country == "US") & (rb.points >= 500) & (rb.level != "none"),
        lambda f: f["country"] == "US" and f["points"] >= 500 and f["level"] != "none",
    ),
    Contest(
        "ten tests of parts",
        (order.total >= 100)
        & (order.country == "US")
        & (order.currency == "USD")
        & (order["items"] > 1)
        & (member.points >= 500)
        & (member.orders == 3)
        & member.email.ends_with(".com")
        & member.roles.set_contains("vip")
        & (order.coupon.is_missing() | (order.coupon == "SPRING")),
        lambda f: (
            (o := f["order"])["total"] >= 100
            and o["country"] == "US"
            and o["currency"] == "USD"
            and o["items"] > 1
            and (m := f["member"])["points"] >= 500
            and m["orders"] == 3
            and m["email"].endswith(".com")
            and "vip" in m["roles"]
            and (o["coupon"] is None or o["coupon"] == "SPRING")
        ),
    ),
    Contest(
        "three tests of sets",
        order.skus.contains_subset(["A1", "B2"])
        & member.roles.set_contains("vip")
        & order.skus.intersect(["C3", "Z9"]).set_contains("C3"),
        lambda f: (
            {"A1", "B2"} <= set(f["order"]["skus"])
            and "vip" in f["member"]["roles"]
            and "C3" in [sku for sku in f["order"]["skus"] if sku in ("C3", "Z9")]
        ),
    ),
    Contest(
        "a lazy fact, read thrice", (rb.orders > 2) & (rb.orders < rb.limit) & (rb.orders != 7), _r5_by_hand, lazy=True
    ),
)


def run(*, rules: int = MANY, slices: int = 60, orders: int = 20_000) -> Results:
    """Measure the five rules, the many, and what rules cost a shop of so many orders.

    Raises:
        OpenSkyError: a rule and its twin by hand disagree.
    """
    results: Results = {}
    found, traced = [], []
    for contest in CONTESTS:
        hand, ours, traces = _timed(contest, slices)
        found.append(hand / ours)
        traced.append(traces / ours)
        results[f"{contest.name}, of by hand"] = Metric(value=hand / ours, unit="x", better="higher")
    whole = math.exp(sum(map(math.log, found)) / len(found))
    results["five rules, of by hand"] = Metric(value=whole, unit="x", better="higher", target=0.75, peer=0.18)
    trace = math.exp(sum(map(math.log, traced)) / len(traced))
    results["a trace, times the bare answer"] = Metric(value=trace, unit="x", target=6)
    return results | _many(rules) | rules_shop.run(orders=orders, rounds=slices)


def _timed(contest: Contest, slices: int) -> tuple[float, float, float]:
    rule = Rule(contest.condition)
    yes, no = _facts(holds=True), _facts(holds=False)
    if [rule.evaluate(_context(each, contest)) for each in (yes, no)] != [
        bool(contest.by_hand(each)) for each in (yes, no)
    ]:
        raise OpenSkyError(f"The rule {contest.name!r} and its twin by hand disagree.")
    ways: list[Callable[[Facts], Any]] = [contest.by_hand]
    if contest.lazy:
        ways += [lambda f: rule.test(_context(f, contest)), lambda f: rule.explain(_context(f, contest))]
        given = (yes, no)
    else:
        ways += [rule.test, rule.explain]  # type: ignore[list-item]  # a context is a dictionary of facts
        given = (_context(yes, contest), _context(no, contest))
    hand, ours, traces = (
        min(_slice(way, (yes, no) if way is contest.by_hand else given) for _ in range(slices)) for way in ways
    )
    return hand, ours, traces


def _slice(way: Callable[[Any], Any], given: tuple[Any, Any]) -> float:
    yes, no = given
    began = time.process_time_ns()
    for _ in range(_CALLS):
        way(yes)
        way(no)
    return time.process_time_ns() - began


def _context(facts: Facts, contest: Contest) -> Context:
    if contest.lazy:
        return _FINDING(limit=facts["limit"])
    return Context(facts)


def _facts(*, holds: bool) -> Facts:
    found: Facts = {
        "points": 900,
        "country": "US",
        "level": "gold",
        "limit": 25 if holds else 4,
        "order": {
            "total": 120.5,
            "country": "US",
            "currency": "USD",
            "items": 3,
            "coupon": None,
            "skus": ["A1", "B2", "C3"],
        },
        "member": {"points": 900, "orders": 3, "email": "jo@example.com", "roles": ["member", "vip"]},
    }
    if not holds:
        found |= {"points": 20, "country": "CA"}
        found["order"] |= {"coupon": "AUTUMN", "skus": ["A1", "B2"]}
    # A rule may call what it is given in a context, so the lazy fact of the twin stands under another name there.
    return _Given(found)


class _Given(dict[str, Any]):
    """Facts, and how to find the one that is lazy; a context made of it does not have that."""

    def __missing__(self, name: str) -> Any:
        if name == "find":
            return _six
        raise KeyError(name)


def _six(_facts: Any) -> int:
    return 6


_FINDING = Context.of_kind(orders=_six)
"""A context is made anew for each event; how its lazy fact is found is said once."""


def _many(count: int) -> Results:
    kept = [json.dumps(json.loads(canonical(node.ruler_node))) for node in _made(count)]
    began = time.process_time()
    index = IndexedRules()
    for each in kept:
        index.add_rule(Rule(Expression(from_json(json.loads(each)))))
    start = time.process_time() - began
    facts = {
        "order": {"country": "C7", "seller": 77, "total": 120},
        "member": {"level": "b", "points": 500, "tags": ["t4", "t9"]},
    }
    matching = len(index.matching(facts)[0])
    times = []
    for _ in range(40):
        began = time.process_time()
        index.matching(facts)
        times.append(time.process_time() - began)
    return {
        f"{count:,} rules on one event, {matching} of them matching": Metric(
            value=sorted(times)[len(times) // 2] * 1000, unit="CPU-ms", target=1.5, peer=27
        ),
        f"start with {count:,} stored rules": Metric(value=start, unit="CPU-s", target=0.5),
    }


def _made(count: int) -> list[Expression]:
    chance = random.Random(7)
    levels, tags = "abcd", [f"t{number}" for number in range(300)]

    def country() -> str:
        return f"C{chance.randrange(60)}"

    shapes: tuple[Callable[[], Expression], ...] = (
        lambda: (
            (order.country == country())
            & (order.seller == chance.randrange(2000))
            & (order.total >= chance.randrange(500))
        ),
        lambda: (order.total >= 118 + chance.randrange(2000)) & (member.level == chance.choice(levels)),
        lambda: (
            (order.total >= chance.randrange(2000))
            & (member.points >= chance.randrange(100_000))
            & (order.country == country())
        ),
        lambda: (
            (member.tags.set_contains(chance.choice(tags)) | (order.country == "nowhere"))
            & (order.total < chance.randrange(120))
        ),
    )
    return [shapes[number % len(shapes)]() for number in range(count)]
