"""What a person reads when a shop has opened, and when they change their mind at once."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from opensky.cli.up import welcome
from opensky.settings import Settings


@pytest.mark.parametrize(("host", "address"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]")])  # noqa: S104
def test_a_shop_that_listens_everywhere_is_shown_at_an_address_that_opens(
    tmp_path: Path, host: str, address: str
) -> None:
    """Nobody can go to 0.0.0.0; that it listens everywhere is said."""
    shown = welcome(Settings(data=tmp_path, secret_key="k" * 64, host=host, port=8123), [], 1.0)
    assert f"shop   http://{address}:8123/\n" in shown
    assert f"It listens everywhere ({host})" in shown


def test_the_board_is_named_where_it_has_numbers(tmp_path: Path) -> None:
    """A shop that counts nothing has nothing to show."""
    settings = Settings(data=tmp_path, secret_key="k" * 64, port=8123)
    assert "    board  http://127.0.0.1:8123/board\n" in welcome(settings, [], 1.0, board=True)
    assert "/board" not in welcome(settings, [], 1.0)


def test_an_early_ctrl_c_leaves_no_traceback(tmp_path: Path) -> None:
    """Started as the launcher does, deaf to Ctrl-C; whenever it comes, nothing is traced."""
    command = f"trap '' INT; exec '{sys.executable}' -P -m opensky.cli up --empty --port 48713 --data '{tmp_path}'"
    for wait in (0.02, 0.15, 0.4):
        started = subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(wait)
        while started.poll() is None:
            started.send_signal(signal.SIGINT)
            time.sleep(0.3)
        _, said = started.communicate(timeout=20)
        assert b"Traceback" not in said
