"""A disk that is really full, as small as a test needs it: the bus waits, says so, and goes on when there is room.

The disk is made in a namespace of its own, which any account may have where the kernel allows it. This file is both the test and the program
that runs there.
"""

import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from opensky.messaging import DeadLetters
from opensky.testing import carrying
from opensky.testing.carrying import EFFECTS, Site, books, column, opened
from opensky.testing.running import running, until

SIZE = 16 * 1024 * 1024
MANY = 200
WAYS = (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"])
NO_DISK = 77


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_while_the_disk_is_full_the_bus_waits_and_says_so(tmp_path: Path) -> None:
    """Also the log of changes does not fit any more; nothing is lost, and the file is whole."""
    disk = tmp_path / "disk"
    disk.mkdir()
    for way in WAYS:
        with suppress(FileNotFoundError):
            done = subprocess.run(
                [*way, sys.executable, "-P", __file__, str(disk)],
                capture_output=True,
                text=True,
                timeout=100,
                check=False,
            )
            if done.returncode == 0:
                assert "StoreFull: There is no room left on the disk of the database" in done.stdout
                return
            if done.returncode != NO_DISK and "unshare" not in done.stderr:
                pytest.fail(done.stdout + done.stderr)
    pytest.skip("this machine gives out no disks of our own")


def main(disk: Path) -> None:
    """Fill the disk while a worker has something to do, make room again, and see that all was done."""
    options = ["-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        sys.exit(NO_DISK)
    site = Site(disk.parent, f"sqlite:///{disk / 'o.sqlite'}")
    carrying.created(site)
    said: list[str] = []
    with closing(opened(site)) as database:
        ids = [carrying.place(database, number) for number in range(1, MANY + 1)]
        rejected = [id_ for id_, number in zip(ids, range(1, MANY + 1), strict=True) if not number % 50]
        fill(disk / "filler")
        worker = carrying.worker(
            database, site, report=lambda what, **about: said.append(f"{what}: {about.get('error')}")
        )
        with running(worker):
            until(lambda: sum(line.startswith("cannot work") for line in said) > 2)
            assert books(database).live
            assert books(database).balanced
            (disk / "filler").unlink()
            until(lambda: not books(database).live, 60)
        assert column(database, EFFECTS.c.message_id) == [id_ for id_ in ids if id_ not in rejected]
        assert sorted(letter.message.id for letter in DeadLetters(database).listed(limit=MANY)) == rejected
        with database.reader() as reader:
            assert [tuple(row) for row in reader.rows(carrying.INTEGRITY)] == [("ok",)]
    sys.stdout.write("\n".join(said))


def fill(file: Path) -> None:
    """Write until nothing fits any more."""
    with suppress(OSError), file.open("wb", buffering=0) as out:
        while True:
            out.write(b"x" * 1024)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
