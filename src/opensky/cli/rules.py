"""``opensky rules``: conditions, asked and explained in the terminal; test vectors, run."""

import json
import sys
from pathlib import Path
from typing import Any

from cyclopts import App

from opensky.kernel.errors import Misconfigured
from opensky.ruler import Context, InvalidRule, Rule, describe
from opensky.ruler.expressions import Expression
from opensky.ruler.json_form import canonical, revision
from opensky.ruler.text_form import from_text
from opensky.ruler.vectors import DECISIONS, Agreement, read

app = App(
    name="rules",
    help="Conditions of rules: what they say, whether they hold, and why.",
    help_epilogue="Example: ./opensky rules explain 'order.total >= 100' --facts facts.json",
)
_MISSES_SHOWN = 20


@app.command(help_epilogue="Example: ./opensky rules vectors ruler.jsonl")
def vectors(file: Path) -> None:
    """Evaluate test vectors, a JSON object a line, and print how many agree; the status is 1 where one does not.

    Args:
        file: the vectors, in the format that docs/ruler.md describes.
    """
    agreement = Agreement()
    with _opened(file) as lines:
        for vector in read(lines):
            agreement.add(vector)
    print(f"must agree exactly: {agreement.exact} of {agreement.of_exact} do")
    for name, count in sorted(agreement.of_class.items()):
        print(
            f"{name}: {agreement.followed[name]} of {count} follow the decision ({DECISIONS.get(name, 'as plain Python has it')})"
        )
    for miss in agreement.misses[:_MISSES_SHOWN]:
        print(miss)
    if len(agreement.misses) > _MISSES_SHOWN:
        print(f"… and {len(agreement.misses) - _MISSES_SHOWN} more")
    if agreement.misses:
        sys.exit(1)


@app.command(help_epilogue="Example: ./opensky rules explain 'order.total >= 100' --facts facts.json")
def explain(condition: str, *, facts: Path | None = None) -> None:
    """Say what a condition means and how it is kept; with facts, whether it holds, and why.

    Args:
        condition: its text, as 'order.total >= 100 and "vip" in member.roles'.
        facts: a file with a JSON object of facts.
    """
    try:
        node = from_text(condition)
    except InvalidRule as error:
        places = "; ".join(": ".join(filter(None, (problem.where, problem.message))) for problem in error.problems)
        message = f"This is no condition. {places}"
        raise Misconfigured(message) from None
    print(describe(node))
    print(f"{revision(node)} {canonical(node)}")
    if facts is not None:
        print(Rule(Expression(node)).explain(Context(_facts(facts))))


def _facts(file: Path) -> dict[str, Any]:
    with _opened(file) as lines:
        try:
            facts = json.load(lines)
        except ValueError as error:
            message = f"{file} is no JSON: {error}."
            raise Misconfigured(message) from None
    if not isinstance(facts, dict):
        message = f"{file} holds no JSON object; facts have names."
        raise Misconfigured(message)
    return facts


def _opened(file: Path) -> Any:
    try:
        return file.open(encoding="utf-8")
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}."
        raise Misconfigured(message) from None
