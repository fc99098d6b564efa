"""A running shop: one order, followed from the request that placed it through web, bus and callback to the letter."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from opensky.cli import logbook
from opensky.kernel.errors import NotFound

pytestmark = pytest.mark.slow

PATIENCE = 30.0
EMAIL = "follow-me@mail.example"


def followed(asked: str, data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the command says of a request by now."""
    capsys.readouterr()
    try:
        logbook.follow(asked, data=data)
    except NotFound:
        return ""
    return capsys.readouterr().out


def test_a_sign_up_is_followed_to_its_letter(running_shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Three processes wrote it down; the id that the answer names leads to all of it, and to nobody's address."""
    with httpx.Client(base_url=running_shop.address, timeout=PATIENCE, trust_env=False) as client:
        token = client.get("/sign-up").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        form = {"csrf_token": token, "email": EMAIL, "name": "Fay Low", "password": "seven blue cacti"}
        asked = client.post("/sign-up", data=form).headers["x-request-id"]

    deadline = time.monotonic() + PATIENCE
    while "letter.sent" not in (said := followed(asked, running_shop.data, capsys)):
        assert time.monotonic() < deadline, said
        time.sleep(0.2)

    assert "web      web.answered" in said
    assert "route=/sign-up" in said
    assert "letter=welcome" in said
    assert EMAIL not in said
    terminal = running_shop.data.with_suffix(".terminal").read_text("utf-8", "replace")
    assert "Ctrl-C stops it." in terminal
    assert [line for line in terminal.splitlines() if "bus.handled" in line or "letter.sent" in line] == []
    assert EMAIL not in running_shop.log.replace(f"{EMAIL}.eml", "")
