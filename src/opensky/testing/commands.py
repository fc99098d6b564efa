"""Commands for tests: each in a process of its own, as a person runs them, but forked from one that has the modules already.

Loading them takes longer than most commands do, and a test of a command has many.
"""

import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

_MOST = 1 << 17
"""Bytes of a request: arguments and environment."""
_LOADED = ("opensky.cli.main", "opensky.wiring", "opensky.migrations", "opensky.fixtures", "alembic.operations")


class Commands:
    """Runs commands of ours until its block ends."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        code = f"from opensky.testing.commands import serve; serve({theirs.fileno()})"
        with theirs:
            self._server = subprocess.Popen([sys.executable, "-P", "-c", code], pass_fds=[theirs.fileno()])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._channel.close()  # which it sees
        self._server.wait(30)

    def __call__(
        self, *arguments: str, given: str = "", environ: Mapping[str, str] | None = None, seconds: float = 100
    ) -> subprocess.CompletedProcess[str]:
        """Run ``opensky`` with these arguments to its end.

        ``given`` is its standard input; ``environ`` the whole of its environment, ours without it.

        Raises:
            TimeoutExpired: it ran for ``seconds``, and was killed.
        """
        request = {"arguments": arguments, "environ": dict(os.environ if environ is None else environ)}
        with tempfile.TemporaryFile("w+") as read, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            read.write(given)
            read.seek(0)
            fds = [file.fileno() for file in (read, out, err)]
            socket.send_fds(self._channel, [json.dumps(request | {"folder": str(Path.cwd())}).encode()], fds)
            status = self._status(arguments, seconds)
            return subprocess.CompletedProcess(arguments, status, _written(out), _written(err))

    def _status(self, arguments: tuple[str, ...], seconds: float) -> int:
        pid = int(self._channel.recv(100))
        self._channel.settimeout(seconds)
        try:
            return int(self._channel.recv(100))
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            self._channel.settimeout(None)
            self._channel.recv(100)
            raise subprocess.TimeoutExpired(arguments, seconds) from None
        finally:
            self._channel.settimeout(None)


def serve(number: int) -> None:
    """Run what comes through this socket, one command after the other, until it is closed."""
    for module in _LOADED:
        importlib.import_module(module)
    gc.freeze()  # shared with all children, which need not look through it
    with socket.socket(fileno=number) as channel:
        while True:
            request, fds, _, _ = socket.recv_fds(channel, _MOST, 3)
            if not request:
                return
            pid = os.fork()
            if pid == 0:
                break
            for fd in fds:
                os.close(fd)
            channel.send(str(pid).encode())
            channel.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
    _run(json.loads(request), fds)


def _run(asked: dict[str, Any], fds: list[int]) -> None:
    """Be the command: this process was forked for it, and ends with it."""
    for standard, fd in enumerate(fds):
        os.dup2(fd, standard)
        os.close(fd)
    os.environ.clear()
    os.environ.update(asked["environ"])
    os.chdir(asked["folder"])
    sys.argv = ["opensky", *asked["arguments"]]
    importlib.import_module("opensky.cli.main").main()


def _written(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
