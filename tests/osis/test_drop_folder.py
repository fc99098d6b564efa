"""The folder that a partner drops files into."""

import os
from pathlib import Path

import pytest

from opensky.messaging import NotSendable
from opensky.osis.flows.shipments import ShipmentFile
from opensky.osis.partners.fulfillment_works import COLUMNS, DropFolder
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
