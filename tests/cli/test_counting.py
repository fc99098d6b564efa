"""Where a shop of ``opensky up`` counts."""

import json
import socket
from pathlib import Path

import pytest

from opensky.cli.counting import Places, places
from opensky.cli.programs import SHOP, configuration, programs
from opensky.cli.running import NotStarted, RunningShop
from opensky.cli.stats_program import plan
from opensky.settings import Settings
from opensky.stats.running import SHOPS_RETENTION
from opensky.stats.store import Store


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "run").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1] % 30_000 + 30_000
    return Settings(data=tmp_path, secret_key="0" * 64, port=port)


def test_its_ports_stand_beside_that_of_the_shop(settings: Settings) -> None:
    """8125, 8126 and 8090 for port 8000; noted, for who asks later."""
    found = places(settings)
    for port, wanted in ((found.udp, 125), (found.admin, 126), (found.graphite, 90)):
        assert port == settings.port + wanted or port > 1024
    assert found.url == f"udp://127.0.0.1:{found.udp}"
    assert Places(**json.loads((settings.data / "run" / "stats.json").read_text("utf-8"))) == found


def test_a_port_that_is_taken_is_another_one(settings: Settings) -> None:
    """Of a second shop on the machine, or of another statsd. So is one that there cannot be."""
    wanted = settings.port + 125
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, socket.socket() as third:
        for each, port in ((other, wanted), (third, settings.port + 90)):
            each.bind(("127.0.0.1", port))
        third.listen()
        found = places(settings)
    assert found.udp != wanted
    assert found.graphite != settings.port + 90
    assert 0 < places(Settings(data=settings.data, secret_key="0" * 64, port=65_500)).udp <= 65_535


def test_it_begins_first_and_ends_last(tmp_path: Path) -> None:
    """The others have something to tell it at their end. Without it nobody waits for it."""
    table = programs(SHOP, stats=Places(1, 2, 3).arguments(tmp_path))
    assert [program.name for program in table] == ["web", "bus", "stats"]
    text = configuration(tmp_path, table)
    assert text.index("priority = 1\n") > text.index("[program:stats]")
    assert [program.name for program in programs(SHOP)] == ["web", "bus"]


def test_it_is_started_for_as_long_as_it_takes_and_no_shop_waits_for_it(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the supervisor says of it is told; of a program that is needed it ends the shop."""
    table = programs(SHOP, stats=Places(1, 2, 3).arguments(settings.data))
    sections = configuration(settings.data, table).split("[program:")[1:]
    assert {each.partition("]")[0]: "startretries = 1000000" in each for each in sections} == {
        "web": False,
        "bus": False,
        "stats": True,
    }
    (settings.data / "log").mkdir()
    events = settings.data / "log" / "supervisord.log"
    events.touch()
    shop = RunningShop(settings, table, {})
    events.write_text("WARN exited: stats (exit status 1; not expected)\n", "utf-8")
    shop.relay()
    with events.open("a", encoding="utf-8") as more:
        more.write("INFO gave up: stats entered FATAL state, too many start retries too quickly\n")
    shop.relay()
    said = capsys.readouterr().out
    assert "up    stats exited: stats (exit status 1; not expected); the supervisor starts it again" in said
    assert "the shop goes on without it" in said
    with events.open("a", encoding="utf-8") as more:
        more.write("INFO gave up: bus entered FATAL state, too many start retries too quickly\n")
    with pytest.raises(NotStarted, match="bus did not start: gave up"):
        shop.relay()
    events.unlink()
    shop.relay()  # it lets go of a file that is gone


def test_a_store_keeps_to_the_retention_that_it_was_made_with(tmp_path: Path) -> None:
    """A release that would keep something else opens it all the same."""
    assert plan(tmp_path, 1, 2, 3).retention == SHOPS_RETENTION
    with Store(tmp_path / "stats", "1s:1h,60s:1d"):
        pass
    again = plan(tmp_path, 1, 2, 3)
    assert again.retention == ""
    assert again.store is not None
    with Store(again.store, again.retention) as store:
        assert store.archives[1].step == 60
