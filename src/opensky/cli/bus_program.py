"""The bus process: OSIS on the queues of a shop. ``opensky up`` runs this below its supervisor.

An init system runs ``opensky bus run`` instead. What only a command line needs is not loaded here: this process is to stay small.
"""

import gc
import signal
import sys

import structlog

from opensky.cli.ready import refuse_unready
from opensky.kernel import lifeline
from opensky.kernel.errors import OpenSkyError
from opensky.logs import configure
from opensky.messaging.nudge import sweep
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.wiring.alerts import watch_board
from opensky.wiring.bridge import bridge
from opensky.wiring.bus import bus_container, watch_folders, worker
from opensky.wiring.cron import Cron
from opensky.wiring.gauges import gauge_the_shop
from opensky.wiring.messages import BUS
from opensky.wiring.traces import trace

_log = structlog.get_logger("bus")


def serve(settings: Settings) -> None:
    """Handle messages until SIGTERM or Ctrl-C: what was begun is finished, what was not is left to the next bus.

    Raises:
        Misconfigured: there is no shop in the database yet, it lacks migrations of this release, or its documents are elsewhere.
    """
    sweep(settings.data / "run" / BUS)
    configure(BUS, settings.log_level)
    trace(settings, BUS)
    app = bus_container(settings)
    try:
        refuse_unready(settings, app.get(Database), reads_documents=False)
        bus = worker(app, report=_report)
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: bus.stop())
        if settings.broker_url:
            bridge(app, report=_report)
        watch_folders(app, report=_report)
        cron = Cron(app, _report)
        cron.start()
        gauge_the_shop(app, bus, report=_report)
        watch_board(app, report=_report)
        gc.collect()
        gc.freeze()  # what is here now stays
        bus.run()
        cron.stop()
    finally:
        app.close()


def _report(what: str, **about: object) -> None:
    _log.warning(what, **about)


def main() -> None:
    """Run the bus below a supervisor."""
    lifeline.hold()
    configure(BUS)
    try:
        serve(Settings.load())
    except OpenSkyError as error:
        _log.error("cannot start", error=error.message)
        sys.exit(1)


if __name__ == "__main__":
    main()
