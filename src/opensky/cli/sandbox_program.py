"""The simulated partners as a process: ``opensky up`` runs it beside a demo shop, ``opensky sandbox run`` beside any."""

import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from opensky.kernel import lifeline
from opensky.kernel.errors import OpenSkyError
from opensky.logs import configure
from opensky.persistence import StoreBusy
from opensky.sandbox import Moods, Partners
from opensky.settings import Settings
from opensky.wiring.databases import open_database

LOOK_EVERY = 2.0
_log = structlog.get_logger("sandbox")


def serve(settings: Settings, moods: Moods, say: Callable[[str], object], *, once: bool = False) -> None:
    """Ship what is owed until SIGTERM or Ctrl-C, or once."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    database = open_database(settings)
    partners = Partners(database, settings, moods)
    try:
        while not (stop.is_set() or once or partners.shop_answers()):
            stop.wait(LOOK_EVERY)
        while not stop.is_set():
            try:
                for line in partners.round() if database.created else ():
                    say(line)
            except StoreBusy as error:
                say(f"{error.message} The next look is in {LOOK_EVERY:g} s.")
            if once:
                return
            stop.wait(LOOK_EVERY)
    finally:
        partners.close()
        database.close()


def main() -> None:
    """Run the partners below a supervisor."""
    lifeline.hold()
    configure("sandbox")
    try:
        settings = Settings.load()
        configure("sandbox", settings.log_level)
        serve(settings, Moods(after=timedelta(seconds=settings.sandbox_seconds)), _log.info)
    except OpenSkyError as error:
        _log.error("cannot start", error=error.message)
        sys.exit(1)


if __name__ == "__main__":
    main()
