"""Node numbers: one a process, given back by its end."""

import os
from pathlib import Path

import pytest

from opensky.kernel.clock import SystemClock
from opensky.kernel.errors import Misconfigured
from opensky.wiring.nodes import PER_MACHINE, ClaimedIds, claim


def _node(id_: int) -> int:
    return id_ >> 12 & 0x3FF


def test_no_two_generators_share_a_number(tmp_path: Path) -> None:
    """Each claims the lowest that is free, under its machine's own range."""
    ids = [ClaimedIds(tmp_path, 3, SystemClock()) for _ in range(3)]
    assert [_node(each.next()) for each in ids] == [48, 49, 50]
    ids[1].close()
    assert _node(ClaimedIds(tmp_path, 3, SystemClock()).next()) == 49
    for each in ids:
        each.close()


def test_nothing_is_claimed_before_the_first_id(tmp_path: Path) -> None:
    """So that a server can make everything before it forks."""
    ClaimedIds(tmp_path / "ids", 0, SystemClock())
    assert not (tmp_path / "ids").exists()


def test_a_forked_process_claims_its_own_number_and_gives_it_back(tmp_path: Path) -> None:
    """The parent keeps its own meanwhile."""
    ids = ClaimedIds(tmp_path, 0, SystemClock())
    assert _node(ids.next()) == 0
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, bytes([_node(ids.next()), _node(ids.next())]))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 2) == bytes([1, 1])
    assert _node(ids.next()) == 0
    slot, handle = claim(tmp_path)
    assert slot == 1
    for each in (reading, writing, handle):
        os.close(each)
    ids.close()


def test_when_all_are_taken_it_says_what_to_do(tmp_path: Path) -> None:
    """Sixteen a machine."""
    held = [claim(tmp_path)[1] for _ in range(PER_MACHINE)]
    with pytest.raises(Misconfigured, match="use fewer workers"):
        claim(tmp_path)
    for handle in held:
        os.close(handle)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """With the setting that moves it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="OPENSKY_DATA"):
        claim(tmp_path / "file" / "ids")
