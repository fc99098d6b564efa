"""The list of refusals: bounded, cut back to the checkpoint, fit for a spreadsheet whatever the data held."""

import csv
from pathlib import Path

from opensky.importing.report import MOST_LISTED, Refusals, Refused, report_of


def listed(path: Path) -> list[list[str]]:
    """Return the rows of a list, without its head."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_what_stands_behind_the_checkpoint_is_cut_off(tmp_path: Path) -> None:
    """A run that was killed had listed more than it committed; the next one lists that again, once."""
    killed = Refusals(tmp_path / "list.csv")
    killed.add([Refused("bad", 1, "a")])
    size = killed.save()
    killed.add([Refused("bad", 2, "b"), Refused("bad", 3, "c")])
    killed.save()
    killed.close()

    resumed = Refusals(tmp_path / "list.csv", size=size, listed=1)
    resumed.add([Refused("bad", 2, "b")])
    resumed.save()
    resumed.close()

    assert listed(tmp_path / "list.csv") == [["bad", "1", "a"], ["bad", "2", "b"]]


def test_the_list_ends_at_its_bound_and_says_so(tmp_path: Path) -> None:
    """Beyond the bound rows are counted, not listed; one last row says that."""
    refusals = Refusals(tmp_path / "list.csv")
    refusals.add(Refused("bad", n, "x") for n in range(MOST_LISTED + 5))
    refusals.add([Refused("bad", 0, "x")])
    refusals.save()
    refusals.close()

    rows = listed(tmp_path / "list.csv")
    assert len(rows) == MOST_LISTED + 1
    assert rows[-1] == ["the list ends here; the report counts all", "", ""]


def test_any_text_can_be_listed(tmp_path: Path) -> None:
    """Quotes, line breaks and what no encoding holds come back, or are escaped."""
    refusals = Refusals(tmp_path / "list.csv")
    refusals.add([Refused("bad", 1, 'say "no", \n then'), Refused("bad", 2, "\udcff")])
    refusals.save()
    refusals.close()

    assert listed(tmp_path / "list.csv") == [["bad", "1", 'say "no", \n then'], ["bad", "2", "\\udcff"]]


def test_a_report_sorts_counts_by_their_kind() -> None:
    """What was imported, what was refused and what is to be noted stand apart, in the table too."""
    report = report_of("graph", {"imported members": 1200, "refused too long": 2, "noted blank": 3}, seconds=1.5)

    assert (report.imported, report.refused, report.noted) == ({"members": 1200}, {"too long": 2}, {"blank": 3})
    assert [list(column.cells) for column in report.table().columns][1:] == [
        ["members", "blank", "too long", "0.0 s of CPU"],
        ["1,200", "3", "2", "1.5 s"],
    ]
