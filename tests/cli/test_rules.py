"""``opensky rules``: vectors evaluated, conditions explained."""

import json
from pathlib import Path

import pytest

from opensky.cli.rules import explain, vectors
from opensky.kernel.errors import Misconfigured


def test_vectors_are_evaluated_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What must agree exactly, and what follows the decision of its class."""
    loose = {
        "op": "add",
        "args": ["3", 2],
        "expect": 5,
        "php_loose": True,
        "why": "numeric-string",
        "python_natural": {"raises": "TypeError"},
    }
    lines = [{"op": "add", "args": [1, 2], "expect": 3}, loose]
    file = tmp_path / "some.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    vectors(file)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "must agree exactly: 1 of 1 do"
    assert said[1].startswith("numeric-string: 1 of 1 follow the decision (A text is never a number")


def test_a_vector_that_does_not_agree_is_named_and_ends_with_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Up to twenty of them; then how many more there are."""
    file = tmp_path / "some.jsonl"
    file.write_text("\n".join([json.dumps({"op": "add", "args": [1, 2], "expect": 4})] * 22))
    with pytest.raises(SystemExit):
        vectors(file)
    said = capsys.readouterr().out
    assert "line 1: add gave 3, not 4" in said
    assert "… and 2 more" in said
    with pytest.raises(Misconfigured, match="cannot be read"):
        vectors(tmp_path / "gone.jsonl")


def test_a_condition_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words, as it is kept, and with facts whether it holds and why."""
    facts = tmp_path / "facts.json"
    facts.write_text('{"order": {"total": 99}}')
    explain("order.total >= 100", facts=facts)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "order total is at least 100"
    assert said[1].endswith('{"v":1,"when":{"greater_than_or_equal_to":[{"fact":"order.total"},100]}}')
    assert said[2] == "no: order total 99 is not at least 100"
    for wrong in ("[1]", "{"):
        facts.write_text(wrong)
        with pytest.raises(Misconfigured, match=r"facts\.json"):
            explain("order.total >= 100", facts=facts)
    with pytest.raises(Misconfigured, match="no condition"):
        explain("order.total >=")
