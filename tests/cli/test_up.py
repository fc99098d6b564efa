"""``opensky up`` as real processes: it opens, it heals, and nothing of it outlives it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from opensky.cli.running import answers

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")

HERE = Path(__file__).parent
PATIENCE = 40.0


@dataclass
class Shop:
    """An ``opensky up`` in a process of its own, with a tiny application in place of the shop's."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def said(self) -> str:
        """All that it wrote in its terminal."""
        return terminal_of(self.data, self.port).read_text()

    def processes(self) -> dict[int, str]:
        """Return the command line of each process that belongs to it, by id, as the system sees them."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                belongs = f"OPENSKY_DATA={self.data}\0".encode() in (folder / "environ").read_bytes()
            except OSError:
                continue  # it ended while we looked
            if (belongs or f"--data {self.data} " in command) and "opensky.cli" in command:
                found[int(folder.name)] = command
        return found

    def pid_of(self, module: str) -> int:
        """Return the id of the oldest process that runs a module."""
        return min(pid for pid, command in self.processes().items() if f"-m {module}" in command)

    def workers(self) -> set[int]:
        """Return the ids of the processes that answer requests."""
        _first, *rest = sorted(pid for pid, command in self.processes().items() if "cli.web" in command) or [0]
        return set(rest)

    def opens(self) -> bool:
        """Whether it has said that it is open."""
        return "is open, after" in self.said

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"{what}, but:\n{self.said}\n{self.processes()}"
            time.sleep(0.05)

    def is_gone(self) -> bool:
        """Whether no process of it is left."""
        return not self.processes()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def terminal_of(data: Path, port: int) -> Path:
    """Return the file in which a shop's terminal is kept."""
    return data.with_name(f"{port}.terminal")


def start(data: Path, port: int, *more: str) -> Shop:
    """Start a shop and do not wait for it; with nothing ``more`` said, the tiny application stands in for the shop's."""
    what = more or ("--app", "standin:app")
    command = [sys.executable, "-P", "-m", "opensky.cli", "up", "--data", str(data), "--port", str(port), *what]
    with terminal_of(data, port).open("wb") as terminal:
        process = subprocess.Popen(
            command, env=os.environ | {"PYTHONPATH": str(HERE)}, stdout=terminal, stderr=terminal, process_group=0
        )
    return Shop(data, port, process)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop that was told to start."""
    yield from _until_the_end(start(tmp_path / "100% var; really", free_port()))


@pytest.fixture
def started_empty(tmp_path: Path) -> Iterator[Shop]:
    """Return the real shop, told to start without the demo shop."""
    yield from _until_the_end(start(tmp_path / "var", free_port(), "--empty"))


def _until_the_end(shop: Shop) -> Iterator[Shop]:
    yield shop
    for pid in shop.processes():
        with suppress(ProcessLookupError):  # it may have died with its parent, whom we have just killed
            os.kill(pid, signal.SIGKILL)
    shop.process.wait()


@pytest.fixture
def shop(started: Shop) -> Shop:
    """Return a shop that is open."""
    started.wait_for(lambda: started.opens() or started.process.poll() is not None, "it should open")
    assert started.opens(), started.said
    return started


def test_it_opens_and_says_where(shop: Shop) -> None:
    """When it says that it is open, it answers; the addresses are in the terminal, and then what the programs say."""
    assert answers("127.0.0.1", shop.port)
    for line in (f"shop   http://127.0.0.1:{shop.port}/", f"API    http://127.0.0.1:{shop.port}/api/docs"):
        assert line in shop.said
    assert len(shop.workers()) == 2
    shop.wait_for(lambda: " info    Started worker-2\n" in shop.said, "it should relay the log")


def test_the_real_shop_opens_empty_in_little_memory(started_empty: Shop) -> None:
    """A new folder becomes a shop without demo logins; all that runs takes 250 MB at most, shared pages counted once.

    But for a job, whose process is there for as long as it lasts.
    """
    shop = started_empty
    shop.wait_for(lambda: shop.opens() or shop.process.poll() is not None, "it should open")
    assert answers("127.0.0.1", shop.port), shop.said
    assert "Demo logins" not in shop.said
    note = json.loads((shop.data / "run/prepared.json").read_text())
    assert (note["demo"], note["logins"]) == (False, [])
    lasting = [pid for pid, command in shop.processes().items() if "opensky.cli.job_program" not in command]
    shares = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in lasting)
    assert sum(int(share.split("Pss:")[1].split()[0]) for share in shares) <= 250 * 1024


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(shop: Shop, sign: signal.Signals) -> None:
    """Ctrl-C, a polite kill and a closed terminal all end it in order: status 0, nothing left, the port free."""
    shop.process.send_signal(sign)
    assert shop.process.wait(PATIENCE) == 0
    assert shop.processes() == {}
    assert not answers("127.0.0.1", shop.port)


def test_a_signal_while_it_starts_stops_everything(started: Shop) -> None:
    """Whoever changes their mind early need not wait."""
    started.wait_for((started.data / "run/supervisord.conf").exists, "it should begin")
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(PATIENCE) == 0
    started.wait_for(started.is_gone, "nothing should be left")


def test_killing_it_leaves_nothing(shop: Shop) -> None:
    """``kill -9`` of the parent, which can tell nobody, still ends all that it started."""
    shop.process.kill()
    shop.process.wait()
    shop.wait_for(shop.is_gone, "nothing should be left")


def test_killing_the_supervisor_leaves_nothing(shop: Shop) -> None:
    """Without its supervisor a shop cannot heal, so it ends, and says why."""
    os.kill(shop.pid_of("opensky.cli.supervise"), signal.SIGKILL)
    assert shop.process.wait(PATIENCE) == 1
    assert "opensky: The supervisor ended unexpectedly; see" in shop.said
    shop.wait_for(shop.is_gone, "nothing should be left")


def test_killing_everything_but_a_worker_leaves_nothing(shop: Shop) -> None:
    """Parent, supervisor and server killed in one blow: the workers end as well."""
    pids = [shop.process.pid, shop.pid_of("opensky.cli.supervise"), shop.pid_of("opensky.cli.web")]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    shop.process.wait()
    shop.wait_for(shop.is_gone, "nothing should be left")


def test_a_killed_worker_comes_back(shop: Shop) -> None:
    """A worker that dies is replaced, and the shop goes on answering."""
    shop.wait_for(lambda: len(shop.workers()) == 2, "both workers should be there")
    victim = max(shop.workers())
    os.kill(victim, signal.SIGKILL)
    shop.wait_for(lambda: len(shop.workers() - {victim}) == 2, "there should be two workers again")
    shop.wait_for(lambda: answers("127.0.0.1", shop.port), "it should answer again")
    assert shop.process.poll() is None


def test_while_a_worker_is_replaced_the_other_one_serves(shop: Shop) -> None:
    """A connection to the one that lives does not notice that another is loaded and forked beside it."""
    shop.wait_for(lambda: len(shop.workers()) == 2, "both workers should be there")
    with closing(_connected(shop)) as connection:
        survivor = _asked(connection)
        os.kill(next(iter(shop.workers() - {survivor})), signal.SIGKILL)
        shop.wait_for(lambda: "died; another takes its place" in shop.said, "it should be told")
        shop.wait_for(lambda: _asked(connection) == survivor and len(shop.workers()) == 2, "the other should serve")
        new = max(shop.workers())
        shop.wait_for(lambda: _answered_by(shop) == new, "the new one should serve")
        assert _asked(connection) == survivor


def test_the_process_that_watches_keeps_nothing_of_what_it_loaded(shop: Shop) -> None:
    """It forks the workers and then is a small program: far below the 40 MB that it would hold else."""
    shop.wait_for(lambda: len(shop.workers()) == 2, "both workers should be there")
    share = Path(f"/proc/{shop.pid_of('opensky.cli.web_watch')}/smaps_rollup").read_text()
    assert int(share.split("Pss:")[1].split()[0]) <= 16 * 1024


def test_a_signal_while_a_worker_is_replaced_stops_everything(shop: Shop) -> None:
    """What is told to the web server while it loads the application again is heard afterwards."""
    shop.wait_for(lambda: len(shop.workers()) == 2, "both workers should be there")
    os.kill(max(shop.workers()), signal.SIGKILL)
    shop.wait_for(lambda: "opensky.cli.web standin" in str(shop.processes()), "it should load")
    shop.process.send_signal(signal.SIGINT)
    assert shop.process.wait(PATIENCE) == 0
    assert shop.processes() == {}


def test_a_supervisor_killed_while_a_worker_is_replaced_leaves_nothing(shop: Shop) -> None:
    """A web server that loads the application again holds on to its parent as at any other time."""
    shop.wait_for(lambda: len(shop.workers()) == 2, "both workers should be there")
    os.kill(max(shop.workers()), signal.SIGKILL)
    os.kill(shop.pid_of("opensky.cli.supervise"), signal.SIGKILL)
    assert shop.process.wait(PATIENCE) == 1
    shop.wait_for(shop.is_gone, "nothing should be left")


def test_a_new_worker_that_dies_at_once_has_the_supervisor_start_all_again(shop: Shop) -> None:
    """Worker after worker would help nobody; the web server ends, and starts from nothing."""
    shop.wait_for(lambda: len(shop.workers()) == 2, "both workers should be there")
    before = shop.workers()
    os.kill(max(before), signal.SIGKILL)
    shop.wait_for(lambda: len(shop.workers()) == 2 and shop.workers() != before, "there should be two workers again")
    os.kill(next(iter(shop.workers() - before)), signal.SIGKILL)
    shop.wait_for(lambda: "it had taken the place of another one just before" in shop.said, "it should give up")
    shop.wait_for(lambda: len(shop.workers() - before) == 2, "there should be two new workers")
    shop.wait_for(lambda: answers("127.0.0.1", shop.port), "it should answer again")


def _asked(connection: http.client.HTTPConnection) -> int:
    """Return the id of the worker at the other end of a connection."""
    connection.request("GET", "/")
    return int(connection.getresponse().read())


def _answered_by(shop: Shop) -> int:
    """Return the id of the worker that a new connection comes to."""
    with closing(_connected(shop)) as connection:
        return _asked(connection)


def _connected(shop: Shop) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", shop.port, timeout=PATIENCE)


def test_a_killed_web_server_comes_back_without_its_old_workers(shop: Shop) -> None:
    """The supervisor starts the server again; the workers of the dead one are gone, the terminal says what happened."""
    before = {shop.pid_of("opensky.cli.web"), *shop.workers()}
    os.kill(min(before), signal.SIGKILL)
    shop.wait_for(lambda: before.isdisjoint(shop.processes()), "the old workers should be gone")
    shop.wait_for(lambda: answers("127.0.0.1", shop.port), "it should answer again")
    shop.wait_for(lambda: "exited: web (terminated by SIGKILL; not expected)" in shop.said, "it should be told")


def test_a_program_that_cannot_start_again_closes_the_shop(shop: Shop) -> None:
    """After a few tries the supervisor gives up; then the shop ends with the program's last words, and nothing is left."""
    (shop.data / "broken").touch()
    os.kill(shop.pid_of("opensky.cli.web"), signal.SIGKILL)
    assert shop.process.wait(2 * PATIENCE) == 1
    assert "opensky: web did not start: gave up: web entered FATAL state" in shop.said
    assert "RuntimeError: broken, as the test wants it" in shop.said
    shop.wait_for(shop.is_gone, "nothing should be left")


def test_a_second_shop_in_the_same_folder_is_refused(shop: Shop) -> None:
    """Two shops on one data folder would fight; the second is told who was first."""
    status, said = _fails(shop.data, free_port())
    assert status == 1
    assert said == (
        f"opensky: The data folder {shop.data} is in use by process {shop.process.pid} at http://127.0.0.1:{shop.port};"
        " stop that shop, or choose another with --data.\n"
    )


def test_a_taken_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    """The refusal says which port, and how to choose another."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, said = _fails(tmp_path / "var", port)
    assert status == 1
    assert said == (
        f"opensky: Port {port} is taken by another program; stop that one, or choose another port: --port {port + 1}\n"
    )
    assert not (tmp_path / "var").exists()


def test_a_first_start_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    """Whatever refuses it: a database that does not answer, a folder of migrations that is not there."""
    (tmp_path / "kept").mkdir()
    for data, wrong in (
        (tmp_path / "var", {"OPENSKY_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/x"}),
        (tmp_path / "kept", {"OPENSKY_MIGRATIONS": str(tmp_path / "gone")}),
    ):
        command = [sys.executable, "-P", "-m", "opensky.cli", "up", "--data", str(data), "--port", str(free_port())]
        done = subprocess.run(command, env=os.environ | wrong, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert not (tmp_path / "var").exists()
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A data folder that cannot be written is refused in one line."""
    (tmp_path / "file").write_text("not a folder")
    status, said = _fails(tmp_path / "file", free_port())
    assert status == 1
    assert said.startswith(f"opensky: Cannot write in the data folder {tmp_path / 'file'} (")
    assert said.count("\n") == 1


def test_a_program_that_cannot_start_is_shown_with_its_last_words(tmp_path: Path) -> None:
    """When the shop does not come up, the terminal has the end of its log, and nothing is left running."""
    shop = start(tmp_path / "var", free_port(), "--app", "no_such_module:app")
    assert shop.process.wait(PATIENCE) == 1
    assert "opensky: web did not start: exited: web (exit status 1; not expected). The last lines of" in shop.said
    assert "ModuleNotFoundError: No module named 'no_such_module'" in shop.said
    assert shop.processes() == {}


def _fails(data: Path, port: int) -> tuple[int, str]:
    shop = start(data, port)
    return shop.process.wait(PATIENCE), shop.said
