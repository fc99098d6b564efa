"""The stats of a running shop as a process: a statsd server with its own store. ``opensky up`` runs this below its supervisor.

Run as ``python -m opensky.cli.stats_program DATA UDP ADMIN GRAPHITE``, the last three being ports on loopback. It is to stay small: it
knows neither the settings nor a database.
"""

import gc
import os
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    # What structlog would load, because it happens to be installed, to colour tracebacks in a terminal.
    for _name in ("rich", "attr", "attrs"):
        sys.modules.setdefault(_name, None)  # type: ignore[arg-type]  # the way to say that a module is not to be had

import structlog

from opensky.cli.counting import FOLDER, RULES
from opensky.kernel import lifeline
from opensky.kernel.errors import Misconfigured
from opensky.logs import configure
from opensky.stats.processes import Processes
from opensky.stats.running import SHOPS_INTERVAL, SHOPS_RETENTION, SHOPS_RULES, Plan, run
from opensky.stats.server import Listening

_AGAIN = 2.0
_log = structlog.get_logger("stats")


def plan(data: Path, udp: int, admin: int, graphite: int) -> Plan:
    """Return what the server of a shop does."""
    here = "127.0.0.1"
    return Plan(
        listening=Listening(udp=(here, udp), admin=(here, admin)),
        every=SHOPS_INTERVAL,
        rules=SHOPS_RULES,
        rules_file=data / RULES,
        store=data / FOLDER,
        retention="" if (data / FOLDER / "names.sqlite").exists() else SHOPS_RETENTION,
        graphite=(here, graphite),
        readings=(Processes(os.getppid()),),
    )


def main() -> None:
    """Keep what the shop counts. What it lacks for that, such as a port, may come yet: no shop is closed for want of numbers."""
    lifeline.hold()
    configure("stats")
    data, udp, admin, graphite = sys.argv[1:]
    planned = plan(Path(data), int(udp), int(admin), int(graphite))
    gc.collect()
    gc.freeze()  # what is here now stays
    while True:
        try:
            return run(planned)
        except Misconfigured as error:
            _log.warning("stats.cannot_keep", error=error.message, again_in=_AGAIN)
        time.sleep(_AGAIN)


if __name__ == "__main__":
    main()
