"""Nothing that is written as a rule crashes, hangs or runs anything: it is a condition, or it is refused with a reason.

A hang is found by the time limit of every test; that nothing runs, by Python's own audit events and by facts that note who touches them.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opensky.devo.rewards.conditions import read
from opensky.devo.rewards.facts import EVENTS
from opensky.kernel.errors import Invalid
from opensky.ruler import Context, InvalidRule, Rule, RulerError, describe
from opensky.ruler.expressions import Expression
from opensky.ruler.json_form import canonical, from_json, revision
from opensky.ruler.nodes import Node
from opensky.ruler.text_form import from_text, to_text

_WATCHED = ("open", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pty.", "webbrowser.", "cpython.run_")
_seen: list[str] | None = None


def _audit(event: str, _: Any) -> None:
    if _seen is not None and event.startswith(_WATCHED):
        _seen.append(event)


sys.addaudithook(_audit)


@contextmanager
def nothing_runs() -> Iterator[None]:
    """Fail if a file, a process or a connection is opened meanwhile."""
    global _seen  # noqa: PLW0603 - an audit hook can neither be given anything nor be taken away
    _seen = []
    try:
        yield
        assert _seen == []
    finally:
        _seen = None


class Trap:
    """A fact that notes who calls one of its methods or looks under its skin."""

    touched: tuple[str, ...] = ()

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__") and name != "__class__":
            Trap.touched += (name,)
        return object.__getattribute__(self, name)

    def launch(self) -> str:
        """Never to be called: no class says that rules may."""
        Trap.touched += ("launch",)
        return "launched"

    def __call__(self) -> str:
        Trap.touched += ("call",)
        return "called"


def facts() -> Context:
    """Facts, of which one is a trap."""
    known = Context({"order": {"total": 5, "lines": [{"price": 3}, None, 7], "name": "a" * 40}, "a": [1, "b", None]})
    known.protect("member", Trap())
    return known


def asked(make: Callable[[], Node]) -> bool:
    """Make a condition and do with it all that can be done; says whether it was one. Anything but a refusal fails the test."""
    Trap.touched = ()
    with nothing_runs():
        try:
            node = make()
        except InvalidRule:
            return False
        assert canonical(from_json(json.loads(canonical(node)))) == canonical(node)
        assert describe(node)
        assert revision(node)
        assert canonical(from_text(to_text(node)))
        rule = Rule(Expression(node))
        with suppress(RulerError):
            rule.evaluate(facts())
        assert rule.explain(facts()).lines()
    assert Trap.touched == ()
    return True


DEEP: Any = 1
for _ in range(400):
    DEEP = [DEEP]
NASTY_JSON: list[Any] = [
    None,
    [],
    {"v": True, "when": {}},
    {"v": 1, "when": None},
    {"v": 1, "when": DEEP},
    {"v": 1, "when": {"equal_to": [{"fact": "a"}, DEEP]}},
    {"v": 1, "when": {"equal_to": [{"fact": "a"}, {"list": DEEP}]}},
    {"v": 1, "when": {"__class__": [1]}},
    {"v": 1, "when": {"exists": [{"fact": "member.__class__.__mro__"}]}},
    {"v": 1, "when": {"exists": [{"fact": ["member", "__init__", "__globals__"]}]}},
    {"v": 1, "when": {"equal_to": [{"fact": "member.launch"}, "launched"]}},
    {"v": 1, "when": {"equal_to": [{"fact": "member"}, "called"]}},
    {"v": 1, "when": {"equal_to": [{"fact": ""}, 1]}},
    {"v": 1, "when": {"equal_to": [{"fact": "a\u0000b"}, "\ud800"]}},
    {"v": 1, "when": {"equal_to": [{"fact": "a'] or open('x') or c['a"}, 1]}},
    {"v": 1, "when": {"equal_to": [{"fact": "a"}, '"); import os; os.system("x") #']}},
    {"v": 1, "when": {"equal_to": [{"exponentiate": [{"exponentiate": [9, 9]}, 9_999_999]}, 1]}},
    {"v": 1, "when": {"equal_to": [{"exponentiate": [10, 10_000]}, {"exponentiate": [10, 10_000]}]}},
    {"v": 1, "when": {"equal_to": [{"multiply": ["a", 10**12]}, 1]}},
    {"v": 1, "when": {"equal_to": [{"modulo": [10**400, 0]}, float("inf")]}},
    {"v": 1, "when": {"equal_to": [{"ceil": [float("nan")]}, 1]}},
    {"v": 1, "when": {"greater_than": [10**5000, {"decimal": "1E+999999999"}]}},
    {"v": 1, "when": {"equal_to": [{"add": [{"decimal": "1E+999999999"}, {"decimal": "1E-999999999"}]}, 0]}},
    {"v": 1, "when": {"equal_to": [{"ceil": [{"decimal": "1E+999999999"}]}, 0]}},
    {"v": 1, "when": {"equal_to": [{"decimal": "sNaN"}, {"decimal": "Infinity"}]}},
    {"v": 1, "when": {"within": [{"day": "2026-01-31"}, 10**30, {"day": "0001-01-01"}]}},
    {"v": 1, "when": {"equal_to": [{"time": "2026-13-45T99:99"}, {"day": "x"}]}},
    {"v": 1, "when": {"matches": ["a" * 5000, "*a" * 500 + "b"]}},
    {"v": 1, "when": {"sample": [10**9, 1e308, {"fact": "a"}]}},
    {"v": 1, "when": {"any_of": [{"fact": "a"}], "as": "x"}},
    {"v": 1, "when": {"any_of": {"fact": "a"}, "as": "__class__", "when": {"exists": [{"item": "__class__"}]}}},
    {"v": 1, "when": {"contains_subset": [{"list": [{"map": {"a": [1]}}]}, {"list": [[1], {"map": {}}]}]}},
    {"v": 1, "when": {"logical_or": [{"exists": [{"fact": "a"}]}] * 5000}},
    {"v": 1, "when": {"logical_and": []}},
    {"v": 1, "when": {"logical_not": [{"exists": []}]}},
]
NASTY_TEXTS = [
    '__import__("os").system("true")',
    "().__class__.__bases__[0].__subclasses__()",
    "member.__class__ == 1",
    "member.launch() == 1",
    'member["__init__"] == 1',
    'fact("__builtins__") == 1',
    "(lambda: 1)() == 1",
    "[x for x in a] == 1",
    "any(open(x) for x in a)",
    "any(x == 1 for x in a if open('x'))",
    "any(x == y for x in a for y in a)",
    "any(any(x == y for y in a) for x in a)",
    "all(__class__ == 1 for __class__ in a)",
    'f"{open(1)}" == a',
    "(a := 1) == 1",
    "await a == 1",
    "(yield) == 1",
    "a if open('x') else a",
    "exec('1') == 1",
    "print(a)",
    "starts_with(*a)",
    "starts_with(**a)",
    "starts_with(a, text=1)",
    "9 ** 9 ** 9 ** 9 == 1",
    "10 ** 9999999 > a",
    '"a" * 10000000000 == a',
    "a == 1" + " + 1" * 4000,
    "(" * 5000 + "a" + ")" * 5000,
    "not " * 3000 + "a",
    "-" * 3000 + "1 == a",
    "a" + ".b" * 5000 + " == 1",
    "a" + "[0]" * 3000 + " == 1",
    "a == " + "9" * 10_000,
    "a == 1e99999",
    'decimal("1e999999999") * decimal("1e999999999") == a',
    'day("9999-12-31") > a',
    "a == b'x' or a == 1j or a == ...",
    "a == '\\ud800'",
    "a == \x00",
    "a == 1; import os",
    "a == 1\nimport os",
    "a == 1 #\\\n",
    "\u0430dmin == 1",
    "a < b < c < d",
    "a is a",
    "a @ a == 1",
    "a ^ a",
    "~a",
    "{**a} == 1",
    "{a: 1} == 1",
    "a == {'__class__': 1}",
]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("data", NASTY_JSON, ids=map(str, range(len(NASTY_JSON))))
def test_nasty_json_is_a_condition_or_refused(data: Any) -> None:
    asked(lambda: from_json(data))


@pytest.mark.timeout(30)
@pytest.mark.parametrize("text", NASTY_TEXTS, ids=map(str, range(len(NASTY_TEXTS))))
def test_nasty_text_is_a_condition_or_refused(text: str) -> None:
    asked(lambda: from_text(text))
    with nothing_runs(), suppress(Invalid):
        read(EVENTS["order.paid"], text, {})


SOUND = [
    'order.total >= 100 and "b" in a',
    'any(line.price > decimal("5.00") for line in order.lines) or not member.launch == 1',
    'starts_with(order.name, "a")',
    "(order.total + 2) * 3 > 4 and a not in [1, 2]",
]
PIECES = st.sampled_from(
    ["(", ")", "[", "]", "{", "}", ".", ",", ":", "'", '"', "\\", "**", "*", "not ", " and ", " for x in a", " if ", "lambda", "__class__",
     "open(", "=", "==", "<", "0", "1e9", "member", "order.lines", "\x00", "\n", "#", "ß", "\ud800", "`", "@", ":=", "any(", "decimal("]
)  # fmt: skip
bounded = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(st.sampled_from(SOUND), st.lists(st.tuples(st.integers(0, 80), st.integers(0, 6), PIECES), max_size=4))
@bounded
def test_a_text_with_pieces_cut_out_and_put_in_is_a_condition_or_refused(
    text: str, cuts: list[tuple[int, int, str]]
) -> None:
    for at, length, piece in cuts:
        text = text[:at] + piece + text[at + length :]
    asked(lambda: from_text(text))


LEAVES: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        -1,
        10**30,
        0.5,
        float("nan"),
        "",
        "fact",
        "member.__class__",
        [],
        {},
        {"fact": "member"},
        {"item": "x"},
        {"decimal": "1"},
    ]
)


@given(st.sampled_from(SOUND), st.lists(st.tuples(st.integers(0, 40), LEAVES), min_size=1, max_size=3))
@bounded
def test_a_form_with_other_parts_put_in_is_a_condition_or_refused(text: str, changes: list[tuple[int, Any]]) -> None:
    data = json.loads(canonical(from_text(text)))
    for at, leaf in changes:
        places = list(_places(data))
        holder, key = places[at % len(places)]
        holder[key] = deepcopy(leaf)
    asked(lambda: from_json(data))


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield data, key
        yield from _places(value)
