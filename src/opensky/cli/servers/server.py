"""What is the same for every server that is started here: its account, its port, its process, its end."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from opensky.kernel import lifeline
from opensky.kernel.errors import Misconfigured

HOST = "127.0.0.1"
_START_WITHIN = 60
_STOP_WITHIN = 20
_LOOK_EVERY = 0.05


class Server(ABC):
    """A server on data of its own. ``prepare``, ``start``, ``wait``, then ``url`` leads to it until ``stop``."""

    name: ClassVar[str]
    variable: ClassVar[str]
    """The variable in which tests find its URL. It has no prefix of ours: settings refuse names that they do not know."""
    packages: ClassVar[tuple[str, ...]] = ()
    """The Debian packages that bring it."""
    account: ClassVar[str] = ""
    """The account that it must run as when we are root; empty where root is no trouble."""
    sign: ClassVar[signal.Signals] = signal.SIGTERM
    """What tells it to stop without waiting for its clients."""
    last_sign: ClassVar[signal.Signals | None] = None
    """What it gets when whoever started it is gone, where it may not hear the other."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)  # its password is in there
        self.folder = folder
        self.port = free_port()
        self.password = secrets.token_hex(8)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address of the server, with an account that may do everything."""

    @classmethod
    @abstractmethod
    def missing(cls) -> str:
        """Return what is not installed, or nothing."""

    @classmethod
    def obtain(cls) -> None:
        """Fetch what no Debian package brings, where that is possible."""
        return

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command that serves in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it answers."""

    def start(self) -> None:
        """Start it. It hears nothing of Ctrl-C in the terminal, which is for who started it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*held(self._account(), self.last_sign or self.sign), *self.command()],
                env=self._environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            Misconfigured: it ended instead, or said nothing for a minute; the message ends with its log.
        """
        deadline = time.monotonic() + _START_WITHIN
        while not self.answers():
            if self._process is None or self._process.poll() is not None:
                raise self._trouble("ended when it was started")
            if time.monotonic() > deadline:
                raise self._trouble(f"did not answer within {_START_WITHIN} s")
            time.sleep(_LOOK_EVERY)

    def tell_to_stop(self) -> None:
        """Tell it to stop; ``stop`` then waits for it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(self.sign)

    def stop(self) -> None:
        """Stop it; kill it when that takes too long."""
        self.tell_to_stop()
        if self._process is None:
            return
        try:
            self._process.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self._process.wait()

    def signal(self, sign: signal.Signals) -> None:
        """Send a signal to it and to all that it started, if it runs."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, sign)

    def kill(self) -> None:
        """Kill it, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def ended(self) -> str:
        """Return that it has ended and what it said last, or nothing while it runs. What is left of it is taken away."""
        if self._process is None or (status := self._process.poll()) is None:
            return ""
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        return self._trouble(f"has ended by itself ({how})").message

    @property
    def data(self) -> Path:
        """The folder of its data, which it makes itself."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The file in which it says what it does."""
        return self.folder / "log"

    def _run(self, *command: str) -> None:
        """Run a tool of the server to its end, as the server's account."""
        account = self._account()
        if account:
            shutil.chown(self.folder, account)
        done = subprocess.run(
            [*held(account, signal.SIGKILL), *command],
            env=self._environment(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        self.log.write_bytes(done.stdout + done.stderr)
        if done.returncode:
            raise self._trouble(
                f"could not make its data folder ({Path(command[0]).name} ended with {done.returncode})"
            )

    def _environment(self) -> dict[str, str]:
        return os.environ | {lifeline.VARIABLE: str(os.getpid()), "TMPDIR": str(self.folder)}

    def _account(self) -> str:
        if not self.account or os.geteuid() != 0:
            return ""
        try:
            return pwd.getpwnam(self.account).pw_name
        except KeyError:
            return "nobody"  # built from source, where no package made the account

    def _trouble(self, what: str) -> Misconfigured:
        said = self.log.read_text("utf-8", "replace").splitlines()[-15:] if self.log.exists() else []
        lines = "\n".join(f"    {line}" for line in said)
        return Misconfigured(f"{self.name} {what}. It said last:\n{lines or '    (nothing)'}", server=self.name)


def held(account: str, sign: signal.Signals) -> list[str]:
    """Return the beginning of a command that becomes an account and dies with us."""
    return [sys.executable, "-P", "-m", "opensky.cli.servers.hold", account or "-", sign.name]


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def find(program: str) -> str:
    """Return where a program is, also in the folders that only an administrator has on the PATH; empty if nowhere."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    folders = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/sbin", *map(str, versions)]
    return shutil.which(program, path=os.pathsep.join(folders)) or ""


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0
