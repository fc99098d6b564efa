"""Social graphs: every line is imported, refused with its number, or skipped, whatever it holds."""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scipy import io, sparse
from sqlalchemy import text

from opensky.devo.model import MODEL
from opensky.importing import follows
from opensky.importing.objects import ImportRun
from opensky.kernel.errors import Misconfigured
from opensky.persistence import Database
from opensky.settings import Settings

Ask = Callable[[str], list[tuple[Any, ...]]]
CIAO = Path(__file__).parents[3] / "shared" / "data" / "ciao_trust.mat"


def test_an_edge_list_becomes_members_insiders_and_follows(
    database: Database, settings: Settings, tmp_path: Path, ask: Ask
) -> None:
    """Sources become members, targets insiders; the third column dates the follow."""
    file = tmp_path / "friends.tsv"
    file.write_text(
        "# who\tis liked\nfrom\tto\twhen\n1\t2\t1500000000\n3\t2\t2017-07-14T04:40:00+02:00\n1\t3\t1500000000000\n"
    )

    report = follows.run(database, settings, file)

    assert report.imported == {"members": 2, "insiders": 2, "follows": 3}
    assert report.noted == {"skipped: comment": 1, "skipped: header": 1}
    assert report.refused == {}
    assert ask("select distinct followed_at from follows") == [("2017-07-14 02:40:00.000000",)]
    assert sorted(ask("select followers from follower_counts")) == [(1,), (2,)]
    assert sorted(ask("select following from following_counts")) == [(1,), (2,)]
    assert sorted(ask("select json_extract(body, '$.email') like '%.1@friends.example' from members")) == [(0,), (1,)]


def test_bad_lines_are_listed_with_their_numbers_and_the_rest_is_imported(
    database: Database, settings: Settings, tmp_path: Path, ask: Ask
) -> None:
    """One line of each fault; two good ones among them."""
    lines = ["1,2", "1", "a,b", "5,5", "1,2,3,4", "6,7,yesterday", "-1,2", f"{10**17},2", "8" * 5000, "", "1,2", "9;2"]
    file = tmp_path / "bad.csv"
    file.write_text("\n".join(lines))

    report = follows.run(database, settings, file)

    assert report.imported == {"members": 2, "insiders": 1, "follows": 2}
    assert report.noted == {"skipped: blank line": 1, "follows there already": 1}
    with Path(report.refused_file).open(encoding="utf-8", newline="") as listed:
        rows = [(reason, where) for reason, where, _ in list(csv.reader(listed))[1:]]
    assert rows == [
        ("not two or three fields", "2"),
        ("id is not a whole number", "3"),
        ("follows itself", "4"),
        ("not two or three fields", "5"),
        ("time is not understood", "6"),
        ("id is not a whole number", "7"),
        ("id is too large", "8"),
        ("line is too long", "9"),
    ]
    assert ask("select count(*) from follows") == [(2,)]


def test_a_graph_without_times_is_dated_by_the_import(
    database: Database, settings: Settings, tmp_path: Path, ask: Ask
) -> None:
    """The date is that of the first run, so that a run that goes on gives the same."""
    file = tmp_path / "plain.txt.gz"
    file.write_bytes(gzip.compress(b"1 2\r\n2  1\r\n"))

    follows.run(database, settings, file)

    [(started,)] = ask("select started_at from import_runs")
    assert ask("select followed_at from follows") == [(started,), (started,)]


def test_the_same_numbers_in_two_graphs_are_different_people(
    database: Database, settings: Settings, tmp_path: Path, ask: Ask
) -> None:
    """Each graph has ids, addresses and names of its own."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.tsv").write_text("1\t2\n")
        follows.run(database, settings, tmp_path / f"{name}.tsv")

    assert ask("select count(*), count(distinct email) from members") == [(2, 2)]
    assert ask("select count(*), count(distinct slug) from sellers") == [(2, 2)]


def test_a_longer_file_adds_what_is_new(database: Database, settings: Settings, tmp_path: Path, ask: Ask) -> None:
    """The same graph, later: old edges stay as they are, new ones come in, and the report tells them apart."""
    file = tmp_path / "growing.tsv"
    file.write_text("1\t2\t1500000000\n")
    follows.run(database, settings, file)
    file.write_text("1\t2\t1600000000\n1\t3\t1600000000\n")

    report = follows.run(database, settings, file)

    assert report.imported == {"members": 0, "insiders": 1, "follows": 1}
    assert report.noted == {"follows there already": 1}
    assert ask("select followed_at from follows order by seller_id") == [
        ("2017-07-14 02:40:00.000000",),
        ("2020-09-13 12:26:40.000000",),
    ]


def test_the_same_file_again_changes_nothing(database: Database, settings: Settings, tmp_path: Path) -> None:
    """All is done already: the report says so, and repeats the counts."""
    file = tmp_path / "again.tsv"
    file.write_text("1\t2\n")

    first, second = (follows.run(database, settings, file) for _ in range(2))

    assert second.already_done
    assert second.imported == first.imported


@pytest.mark.parametrize(
    "variables",
    [
        {"trust": np.array([[1, 2], [3, 2], [4, 4]], dtype=np.uint16), "note": np.array(["about"])},
        {"timed": np.array([[1, 2, 1.5e9], [3, 2, 1.5e9], [4, 4, 1.5e9]])},
        {"net": sparse.csc_matrix(([1, 1, 1], ([0, 2, 3], [1, 1, 3])), shape=(4, 4))},
        {"net": np.array([[0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]])},
    ],
    ids=["two columns", "three columns", "sparse", "square"],
)
def test_a_matlab_file_holds_edges_in_several_shapes(
    database: Database, settings: Settings, tmp_path: Path, ask: Ask, variables: dict[str, Any]
) -> None:
    """A list of edges or an adjacency matrix: 1 and 3 follow 2; that 4 follows itself is refused."""
    io.savemat(tmp_path / "graph.mat", variables)

    report = follows.run(database, settings, tmp_path / "graph.mat")

    assert report.imported == {"members": 2, "insiders": 1, "follows": 2}
    assert report.refused == {"follows itself": 1}


def test_a_matlab_file_without_a_graph_says_what_it_has(database: Database, settings: Settings, tmp_path: Path) -> None:
    """The message names the variables and their shapes; nothing is imported."""
    io.savemat(tmp_path / "ratings.mat", {"rating": np.ones((5, 6))})

    with pytest.raises(Misconfigured, match=r"it has rating \(5 x 6\)"):
        follows.run(database, settings, tmp_path / "ratings.mat")


@pytest.mark.parametrize("name", ["absent.tsv", "broken.mat", "broken.txt.gz"])
def test_a_file_that_cannot_be_read_is_an_error_that_says_so(
    database: Database, settings: Settings, tmp_path: Path, name: str
) -> None:
    """The message names the file."""
    if name.startswith("broken"):
        (tmp_path / name).write_bytes(b"\x1f\x8bnot what it seems")

    with pytest.raises(Misconfigured, match=name):
        follows.run(database, settings, tmp_path / name)


@pytest.mark.skipif(not CIAO.is_file(), reason="the Ciao graph is not shipped; it lies beside the repository")
def test_the_ciao_graph_is_imported_whole(database: Database, settings: Settings, ask: Ask) -> None:
    """57,544 edges of 2,190 people who trust 2,325."""
    report = follows.run(database, settings, CIAO)

    assert report.imported == {"members": 2190, "insiders": 2325, "follows": 57544}
    assert report.refused == {}
    assert ask("select sum(followers) from follower_counts") == [(57544,)]
    assert ask("select max(followers) from follower_counts") == [(95,)]


anything = st.one_of(
    st.binary(max_size=30),
    st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda p: b"%d\t%d" % p),
    st.tuples(
        st.integers(-3, 10**18), st.sampled_from(["\t", ",", " ", " , "]), st.integers(0, 3), st.text(max_size=5)
    ).map(lambda p: f"{p[0]}{p[1]}{p[2]}{p[1]}{p[3]}".encode()),
)


@examples(max_examples=60)
@given(lines=st.lists(anything.filter(lambda line: b"\n" not in line), max_size=12))
def test_every_line_is_accounted_for_exactly_once(lines: list[bytes]) -> None:
    """Imported, there already, refused and skipped add up to the lines, and what is imported is there."""
    with TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), secret_key="0" * 64)
        database = Database(settings.data / "opensky.sqlite", (*MODEL, ImportRun))
        file = settings.data / "graph.tsv"
        file.write_bytes(b"".join(line + b"\n" for line in lines))
        report = follows.run(database, settings, file)
        shown = {k: n for k, n in report.noted.items() if k.startswith("skipped") or k == "follows there already"}
        edges = report.imported.get("follows", 0)

        assert edges + sum(shown.values()) + sum(report.refused.values()) == len(lines)
        with Path(report.refused_file).open(encoding="utf-8", newline="") as listed:
            assert len(list(csv.reader(listed))) == 1 + sum(report.refused.values())
        with database.reader() as reader:
            assert reader.rows(text("select count(*) from follows"))[0][0] == edges
        database.close()
