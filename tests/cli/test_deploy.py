"""``opensky deploy`` and ``opensky alerts``, and the mark that a start of another release sets."""

from pathlib import Path

import pytest

from opensky import __version__
from opensky.cli import release as releases
from opensky.cli.deploy import list_, mark_one
from opensky.cli.release import mark_release, release
from opensky.kernel.errors import Invalid, Misconfigured
from opensky.stats.marks import Marks
from opensky.tactical.marking import read_mark
from opensky.tactical.readings import Mark


def marks(data: Path) -> list[tuple[str, str, str]]:
    """What is marked, by whom, with which note."""
    found = Marks(data / "stats").between(0, 4e9, ("deploy",))
    return [read_mark(Mark(each.when, each.what, each.tags, each.data)) for each in found]


def test_a_deploy_is_marked_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    list_(data=tmp_path)
    mark_one("1a2b3c4", who="ada", note="Faster search", data=tmp_path)
    list_(data=tmp_path)
    assert marks(tmp_path) == [("1a2b3c4", "ada", "Faster search")]
    first, said, listed = capsys.readouterr().out.splitlines()
    assert (first, said) == ("No deploy was marked in 30 days.", "Marked the deploy of 1a2b3c4.")
    assert listed.endswith("UTC  1a2b3c4       ada  Faster search")


def test_a_mark_of_another_program_steers_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Older marks were kept as they came, and a note of ours may be anything."""
    mark_one("1a2b3c4", who="a\x1b[31mda", note="one\ntwo\x1b]0;mine\x07 \u202ethree", data=tmp_path)
    capsys.readouterr()
    list_(data=tmp_path)
    [listed] = capsys.readouterr().out.splitlines()
    assert listed.endswith("UTC  1a2b3c4       a[31mda  one two]0;mine three")


@pytest.mark.parametrize("days", [-5, 0, 3651])
def test_deploys_are_listed_of_some_days(tmp_path: Path, days: int) -> None:
    with pytest.raises(Misconfigured, match="of 1 to 3650 days"):
        list_(days=days, data=tmp_path)


def test_what_cannot_be_a_deploy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="at most 120 characters"):
        mark_one("x" * 121, data=tmp_path)
    with pytest.raises(Invalid, match="no control characters"):
        mark_one("x\x1b[2J", data=tmp_path)
    with pytest.raises(Misconfigured, match="the folder is not there"):
        mark_one("x", data=tmp_path / "nowhere")


def test_a_start_of_another_release_is_a_deploy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one of the same is none."""
    for now in ("aaaaaaa", "aaaaaaa", "bbbbbbb"):
        monkeypatch.setattr(releases, "release", lambda now=now: now)
        mark_release(tmp_path, tmp_path)
    assert marks(tmp_path) == [
        ("aaaaaaa", "opensky up", "The first start."),
        ("bbbbbbb", "opensky up", "Before it ran aaaaaaa."),
    ]


def test_the_release_is_a_commit_or_the_version() -> None:
    found = release()
    assert found == __version__ or 7 <= len(found) <= 41
