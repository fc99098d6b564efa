"""Where the shop of ``opensky up`` counts: the ports of its statsd server, chosen before anything of it starts."""

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opensky.cli.programs import run_folder

if TYPE_CHECKING:  # the program that keeps the stats is to stay small, and asks for no setting
    from opensky.settings import Settings

FOLDER = "stats"
"""In the data folder: the store."""
RULES = "stats.toml"
"""In the data folder, if a person puts it there: what the server does otherwise."""
NOTE = "stats.json"
"""In the folder of what only a running shop needs: the ports."""
_HERE = "127.0.0.1"
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Places:
    """The ports, on loopback, of the statsd server, of its commands, and of Graphite's interfaces."""

    udp: int
    admin: int
    graphite: int

    @property
    def url(self) -> str:
        """Where clients send."""
        return f"udp://{_HERE}:{self.udp}"

    def arguments(self, data: Path) -> tuple[str, ...]:
        """Return what the program is told."""
        return (str(data), str(self.udp), str(self.admin), str(self.graphite))


def places(settings: "Settings") -> Places:
    """Choose the ports, and note them: beside that of the shop, 8125, 8126 and 8090 for port 8000; where one is taken, any that is free.

    So two shops on a machine do not meet, though neither knows of the other.
    """
    made = Places(
        udp=_free(settings.port + 125, socket.SOCK_DGRAM),
        admin=_free(settings.port + 126, socket.SOCK_STREAM),
        graphite=_free(settings.port + 90, socket.SOCK_STREAM),
    )
    (run_folder(settings.data) / NOTE).write_text(json.dumps(asdict(made)), "utf-8")
    return made


def _free(wanted: int, kind: socket.SocketKind) -> int:
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HERE, port if port <= _LAST_PORT else 0))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    return wanted
