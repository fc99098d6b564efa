"""A running shop as ``opensky up`` sees it: its supervisor, whether it is healthy, what its programs say."""

import re
import signal
import socket
import subprocess
import sys
import time

from opensky.cli.logs import LogFile, Relay, tail
from opensky.cli.programs import Program, configuration, log_folder, run_folder
from opensky.kernel import lifeline
from opensky.kernel.errors import OpenSkyError
from opensky.settings import ANYWHERE, Settings

HEALTH = "/healthz"
_LOOK_EVERY = 0.05
_PATIENCE = 60
_ANSWER_WITHIN = 2
_STOP_WITHIN = 20
_TAIL = 25
# Programs on two cores share few threads: more arenas of the allocator would only keep more memory.
_MEMORY = {"MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}
_EXITED = re.compile(r"(?:exited|gave up|spawnerr): (\S+) (.*)")


class NotStarted(OpenSkyError):
    """A program ended, or did not answer, before the shop was healthy; the message ends with what it said last."""


class RunningShop:
    """The supervisor and its programs, from their start to their end."""

    def __init__(self, settings: Settings, table: tuple[Program, ...], environment: dict[str, str]) -> None:
        self._settings = settings
        self._environment = environment | settings.environment() | _MEMORY
        self._table = table
        logs = log_folder(settings.data)
        self._relay = Relay([LogFile(logs / f"{program.name}.log") for program in table], quiet=True)
        self._events = LogFile(logs / "supervisord.log")
        self._supervisor: subprocess.Popen[bytes] | None = None

    def start(self, *, keep_open: int) -> None:
        """Start the supervisor; it keeps the descriptor ``keep_open``, and so a lock on it, until it ends."""
        path = run_folder(self._settings.data) / "supervisord.conf"
        path.write_text(configuration(self._settings.data, self._table), "utf-8")
        self._supervisor = subprocess.Popen(
            [sys.executable, "-P", "-m", "opensky.cli.supervise", str(path)],
            env=self._environment | lifeline.offer(),
            stdin=subprocess.DEVNULL,
            # Ctrl-C in a terminal is for this process alone, which then stops the others in order.
            process_group=0,
            pass_fds=(keep_open,),
        )

    def is_up(self) -> bool:
        """Whether the supervisor is there."""
        return self._supervisor is not None and self._supervisor.poll() is None

    def is_healthy(self) -> bool:
        """Whether the shop answers that it is healthy. A program that ended meanwhile raises ``NotStarted``."""
        if not self.is_up():
            raise self._not_started("supervisord", "ended")
        for program, why in self._ended():
            if self._needed(program):
                raise self._not_started(program, why)
            self._tell(program, why)
        return answers(self._settings.host, self._settings.port)

    def wait(self, stop: "StopFlag") -> bool:
        """Wait until the shop is healthy; return False when told to stop before that."""
        deadline = time.monotonic() + _PATIENCE
        while not stop.requested():
            if self.is_healthy():
                return True
            if time.monotonic() > deadline:
                raise self._not_started(self._table[0].name, f"did not answer {HEALTH} for {_PATIENCE} s")
            time.sleep(_LOOK_EVERY)
        return False

    def relay(self) -> None:
        """Show what the programs have said since the last call, and which of them ended.

        Raises:
            NotStarted: a program that is needed cannot be started again; a shop without it is better closed than half open.
        """
        self._relay.copy()
        for program, why in self._ended():
            if why.startswith("gave up") and self._needed(program):
                raise self._not_started(program, why)
            self._tell(program, why)

    def stop(self, stop: "StopFlag") -> None:
        """Stop all programs, gracefully first; a second signal, or too long a wait, kills them."""
        if self._supervisor is None:
            return
        self._supervisor.terminate()
        deadline = time.monotonic() + _STOP_WITHIN
        count = stop.count
        while self._supervisor.poll() is None:
            if time.monotonic() > deadline or stop.count > count:
                self._supervisor.kill()
            time.sleep(_LOOK_EVERY)

    def _ended(self) -> list[tuple[str, str]]:
        found = (_EXITED.search(line) for line in self._events.lines())
        return [(match[1], match[0]) for match in found if match and "; expected" not in match[2]]

    def _needed(self, name: str) -> bool:
        return all(program.needed for program in self._table if program.name == name)

    @staticmethod
    def _tell(program: str, why: str) -> None:
        what = "the shop goes on without it" if why.startswith("gave up") else "the supervisor starts it again"
        print(f"up    {program} {why}; {what}", flush=True)

    def _not_started(self, program: str, why: str) -> NotStarted:
        path = log_folder(self._settings.data) / f"{program}.log"
        said = "\n".join(f"    {line}" for line in tail(path, _TAIL))
        message = f"{program} did not start: {why}. The last lines of {path}:\n{said or '    (nothing)'}"
        return NotStarted(message, program=program)


class StopFlag:
    """Set by Ctrl-C, by SIGTERM and when the terminal goes away; counts how often."""

    def __init__(self) -> None:
        self.count = 0
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._hear)

    def requested(self) -> bool:
        """Whether to stop."""
        return self.count > 0

    def _hear(self, _sign: int, _frame: object) -> None:
        self.count += 1


def answers(host: str, port: int) -> bool:
    """Whether a server there answers GET /healthz with 200; by hand, as an HTTP library would double our memory."""
    request = f"GET {HEALTH} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((ANYWHERE.get(host, host), port), timeout=_ANSWER_WITHIN) as connection:
            connection.sendall(request.encode("ascii"))
            return b" 200" in connection.recv(64).split(b"\r\n")[0]
    except OSError:
        return False
