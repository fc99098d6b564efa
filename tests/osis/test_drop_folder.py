"""The folder that a partner drops files into."""

import os
from pathlib import Path

import pytest

from opensky.messaging import NotSendable
from opensky.osis.flows.shipments import ShipmentFile
from opensky.osis.partners import vendornet
from opensky.osis.partners.fulfillment_works import COLUMNS, DropFolder, read
from opensky.osis.partners.parcels import Parcel
from opensky.osis.runtime import Reject
from opensky.osis.runtime.payloads import message

TEXT = f"{','.join(COLUMNS)}\nEND,0\n"


@pytest.mark.parametrize(
    "name",
    [b"x" * 200 + b".csv", b"y" * 251 + b".csv", "ü".encode() * 100 + b".csv", b"not \xff text.csv", b"a\nb.csv"],
)
def test_a_file_with_a_bad_name_is_taken_under_another_one_and_holds_up_nobody(tmp_path: Path, name: bytes) -> None:
    """Two such files stay two, and what is made of a name (a message, a file at work, a report) can be made."""
    folder = DropFolder(tmp_path)
    for given in (name, b"good.csv"):
        with open(os.path.join(os.fsencode(folder.incoming), given), "w") as file:  # noqa: PTH118, PTH123 - names in bytes
            file.write(TEXT)
    names = folder.waiting(0, 30)
    assert len(names) == 2
    assert "good.csv" in names
    for number, each in enumerate(names, 2**62):
        try:
            message(ShipmentFile(each))
        except NotSendable as error:
            raise AssertionError(each) from error
        assert folder.take(each, number) == TEXT
        assert folder.end(each, number, "line\n", refused=False).exists()
    assert list(folder.incoming.iterdir()) == []


def test_a_mark_of_the_encoding_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    """Spreadsheets write it; whoever sees the file does not."""
    folder = DropFolder(tmp_path)
    (folder.incoming / "sheet.csv").write_text(TEXT, "utf-8-sig")
    [name] = folder.waiting(0, 30)
    assert list(read(folder.take(name, 1) or "")) == []


def test_what_is_no_file_or_still_on_its_way_is_left_alone(tmp_path: Path) -> None:
    """A folder, a link, an upload that is not finished."""
    folder = DropFolder(tmp_path)
    (folder.incoming / "folder.csv").mkdir()
    (folder.incoming / "link.csv").symlink_to("/etc/passwd")
    (folder.incoming / ".half.csv").write_text(TEXT)
    assert folder.waiting(1e12, 30) == []


def test_a_file_that_would_hold_up_others_is_refused_as_a_whole() -> None:
    """With what to do about it."""
    with pytest.raises(Reject, match="20,000 are the most"):
        list(read(f"{','.join(COLUMNS)}\n" + "a,b,c,1,,,\n" * 20_001 + "END,20001\n"))


def test_control_characters_are_a_bad_line_and_harm_no_other() -> None:
    """Not every database can keep them; the parcels beside it are shipped."""
    lines = ["FW-1,OS-1,MUG,1,,,", "FW-\x002,OS-2,MUG,1,,,", "FW-3,OS-3,MUG,1,\x1b,,", "FW-4,OS-4,MUG,1,,,"]
    found = list(read("\n".join([",".join(COLUMNS), *lines, "END,4", ""])))
    assert [each.number for each in found if isinstance(each, Parcel)] == ["FW-1", "FW-4"]
    bad = [row for each in found if isinstance(each, list) for row in each]
    assert [row.row for row in bad] == [3, 4]
    assert all("control characters" in row.reason and row.text.isprintable() for row in bad)
    entry = {"id": "VN-\x001", "order": "OS-1", "items": [{"sku": "MUG", "quantity": 1}]}
    [refused] = [row for each in vendornet.read({"shipments": [entry]}) if isinstance(each, list) for row in each]
    assert "control characters" in refused.reason
    assert "\x00" not in refused.text


def test_what_is_no_csv_is_refused() -> None:
    """A value as long as no partner writes one."""
    with pytest.raises(Reject, match="no CSV"):
        list(read("x" * 200_000))
