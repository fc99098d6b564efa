"""``opensky sandbox``: partners to try the shop with, and a payment house."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from opensky.cli import sandbox
from opensky.devo.shipments.controller import VENDORNET
from opensky.kernel.errors import Misconfigured
from opensky.kernel.signed import partner_key
from opensky.settings import Settings


def test_the_key_of_vendornet_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is made of the shop's own, and says nothing of it."""
    sandbox.key(data=tmp_path)
    settings = Settings.load({"OPENSKY_DATA": str(tmp_path)})
    assert capsys.readouterr().out.strip() == partner_key(settings.secret_key, VENDORNET)
    assert settings.secret_key not in partner_key(settings.secret_key, VENDORNET)


@pytest.mark.parametrize("wrong", [{"errors": 101}, {"after": -1}, {"slow": -0.5}])
def test_moods_that_are_none_are_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    """Before anything is shipped."""
    with pytest.raises(Misconfigured, match="--errors is 0 to 100"):
        sandbox.run(data=tmp_path, **wrong)  # type: ignore[arg-type]


def test_nothing_is_shipped_in_a_shop_in_earnest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated parcels would take real money."""
    monkeypatch.setenv("OPENSKY_PUBLIC_URL", "https://shop.example")
    with pytest.raises(Misconfigured, match="only serve a demo shop"):
        sandbox.run(data=tmp_path)


def test_the_payment_house_says_how_to_use_it_and_ends_with_ctrl_c() -> None:
    """It listens on this machine alone."""
    command = [sys.executable, "-P", "-m", "opensky.cli", "sandbox", "braintree", "--port", "0"]
    house = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert house.stdout is not None
    with house.stdout:
        said = house.stdout.readline()
        assert said.startswith("export OPENSKY_PAYMENT_URL=braintree://public:private@127.0.0.1:")
        time.sleep(0.2)
        house.send_signal(signal.SIGINT)
        assert house.wait(20) == 0
