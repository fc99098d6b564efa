"""Marks: what happened when, beside the store; from several processes, found by time and by words."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from opensky.stats import marks as module
from opensky.stats.marks import FILE, Mark, Marks

NOON = 1_360_324_800


def test_a_mark_is_found_in_its_time_with_what_was_said(tmp_path: Path) -> None:
    """Both ends of a stretch belong to it; without a moment it is now."""
    marks = Marks(tmp_path / "new", lambda: NOON + 7.9)
    first = marks.add("deploy 1a2b3c", ["deploy", "web"], data="by Ada", when=NOON)
    second = marks.add("the office is cold")
    deploy, note = (
        Mark(first, NOON, "deploy 1a2b3c", ("deploy", "web"), "by Ada"),
        Mark(second, NOON + 7, "the office is cold"),
    )
    assert marks.between(NOON, NOON + 7) == [deploy, note]
    assert marks.between(NOON + 1, NOON + 6) == []
    assert marks.between(0, NOON) == [deploy]
    assert (marks.one(first), marks.one(second + 1)) == (deploy, None)


def test_marks_are_found_by_their_tags(tmp_path: Path) -> None:
    """Whole words only: those with all of them, or with any."""
    marks = Marks(tmp_path)
    for what, tags in (("a", ["deploy"]), ("b", ["deploy", "web"]), ("c", ["web"]), ("d", ["deployed"])):
        marks.add(what, tags, when=NOON)
    assert [m.what for m in marks.between(NOON, NOON, ["deploy"])] == ["a", "b"]
    assert [m.what for m in marks.between(NOON, NOON, ["deploy", "web"])] == ["b"]
    assert [m.what for m in marks.between(NOON, NOON, ["deploy", "web"], any_of=True)] == ["a", "b", "c"]
    assert [m.what for m in marks.between(NOON, NOON, most=2)] == ["c", "d"]


def test_a_folder_without_marks_has_none_and_stays_as_it_is(tmp_path: Path) -> None:
    assert Marks(tmp_path).between(0, NOON) == []
    assert Marks(tmp_path / "nowhere").one(1) is None
    assert list(tmp_path.iterdir()) == []


def test_the_oldest_make_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    marks = Marks(tmp_path)
    for n in range(5):
        marks.add(str(n), when=NOON - n)
    assert [m.what for m in marks.between(0, NOON)] == ["4", "3", "2"]


@pytest.mark.parametrize(
    ("what", "tags", "data", "says"),
    [
        (" ", [], "", "says what happened"),
        ("x" * 256, [], "", "not 256"),
        ("x", ["two words"], "", "one word"),
        ("x", [""], "", "one word"),
        ("x", "deploy", "", "one word"),
        ("x", [], "x" * 65_537, "65,536 characters of data"),
        ("x\x1b[2J", [], "", "no control characters"),
        ("one\ntwo", [], "", "no control characters"),
        ("x", ["web\x07"], "", "one word"),
        ("x", [], "\0", "no control characters"),
        ("x", [], "\x1b]0;mine\x07", "no control characters"),
    ],
)
def test_what_is_no_mark_is_refused(tmp_path: Path, what: str, tags: list[str], data: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Marks(tmp_path).add(what, tags, data)
    assert not (tmp_path / FILE).exists()


def test_data_of_a_mark_may_have_lines_and_what_happened_any_letters(tmp_path: Path) -> None:
    marks = Marks(tmp_path)
    number = marks.add("déploiement 👩\u200d💻", ["über"], "one\n\ttwo\r\n")
    found = marks.one(number)
    assert found
    assert (found.what, found.tags, found.data) == ("déploiement 👩\u200d💻", ("über",), "one\n\ttwo\r\n")


def test_several_processes_add_at_once_and_none_is_lost(tmp_path: Path) -> None:
    """The file is made by whoever comes first."""
    program = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from opensky.stats.marks import Marks
        for n in range(25):
            Marks(Path({str(tmp_path)!r})).add(f"{{sys.argv[1]}} {{n}}", ["race"], when={NOON} + n)
    """)
    writers = [subprocess.Popen([sys.executable, "-P", "-c", program, name]) for name in "abcd"]
    assert [writer.wait(60) for writer in writers] == [0] * 4
    found = {mark.what for mark in Marks(tmp_path).between(NOON, NOON + 25, ["race"])}
    assert found == {f"{name} {n}" for name in "abcd" for n in range(25)}
