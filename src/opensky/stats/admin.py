"""The admin port of a statsd server: one command a line, as Etsy's has them, each answer ended by ``END`` and an empty line."""

import json
import socket
from typing import TYPE_CHECKING

from opensky.stats.rules import shown

if TYPE_CHECKING:
    from opensky.stats.server import Server

_END, _WRONG = b"END\n\n", b"ERROR\n"
_HTTP = frozenset({"GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH"})
"""How a browser begins: whatever page had it do so, no line of what it sends is a command."""
HELP = (
    "Commands: stats, counters, timers, gauges, delcounters, deltimers, delgauges, health [up|down], config, quit\n"
    "What is deleted is named by its names, or by prefix.* for all below it.\n"
)


class Admin:
    """Answers commands about a server."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self.health = "up"

    def answer(self, line: bytes) -> bytes:
        """Return the answer to a command; nothing says good-bye, and so it does to a browser."""
        command, *words = line.decode("utf-8", "replace").split() or [""]
        if command == "quit" or command in _HTTP:
            return b""
        if command == "health":
            if words and words[0] in {"up", "down"}:
                self.health = words[0]
            return f"health: {self.health}\n".encode()
        said = self._said(command, words)
        return f"{said}END\n\n".encode() if said is not None else b"ERROR\n"

    def _said(self, command: str, words: list[str]) -> str | None:
        self._server.take_in()
        kept = self._server.aggregate
        if command.startswith("del"):
            of = command.removeprefix("del")
            if of not in {"counters", "timers", "gauges"}:
                return None
            return "".join(f"deleted: {name}\n" for word in words for name in kept.forget(word, of=of))
        told = {
            "help": lambda: HELP,
            "stats": lambda: "".join(f"{name}: {value}\n" for name, value in self.stats().items()),
            "config": lambda: _shown({"every": self._server.every, **shown(kept.rules)}),
            "counters": lambda: _shown(kept.counters),
            "gauges": lambda: _shown(kept.gauges),
            "timers": lambda: _shown({name: timer.values for name, timer in kept.timers.items()}),
        }.get(command)
        return told() if told else None

    def stats(self) -> dict[str, int]:
        """Return how the server does: seconds since it began, since it heard something, lines that said nothing, each sink's."""
        server, now = self._server, self._server.clock()
        found = {
            "uptime": int(now - server.began),
            "messages.last_msg_seen": int(now - server.last_seen) if server.last_seen else -1,
            "messages.bad_lines_seen": server.bad_lines,
            "buffer_bytes": server.buffer,
        }
        return found | server.handing.stats()


def _shown(what: object) -> str:
    return json.dumps(what, indent=2) + "\n"


def asked(address: tuple[str, int], command: str, seconds: float = 5.0) -> str:
    """Ask a statsd server, ours or Etsy's, one command by its admin port; returns its answer without its end.

    Raises:
        OSError: none answers there.
    """
    with socket.create_connection(address, seconds) as wire:
        wire.sendall(command.encode() + b"\n")
        said = b""
        while not said.endswith((_END, _WRONG)) and not said.startswith(b"health:"):
            if not (data := wire.recv(65_536)):
                break
            said += data
    return said.removesuffix(_END).decode("utf-8", "replace")
