"""Getting a data folder ready, as ``opensky up`` sees it: a process of its own, whose memory is gone when it is done."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from opensky.cli.programs import run_folder
from opensky.cli.running import StopFlag
from opensky.cli.versions import versions_there
from opensky.kernel import lifeline
from opensky.settings import Settings

_LOOK_EVERY = 0.02


def note_file(data: Path) -> Path:
    """Return where the preparation leaves what there is to know: whether this is a demo shop, and its logins."""
    return run_folder(data) / "prepared.json"


def unfinished_file(data: Path) -> Path:
    """Return the file that is there while a demo shop is not whole."""
    return run_folder(data) / "demo.unfinished"


def known_of(settings: Settings) -> dict[str, Any]:
    """Return what a preparation is good for: these versions, these databases. Passwords are not kept."""
    places = [url.partition("?")[0].rpartition("@")[2] for url in (settings.database_url, settings.documents_url)]
    return {"versions": versions_there(settings.migrations), "places": places}


class Preparation:
    """Makes what is missing in a data folder: the database, and in a new folder the demo shop."""

    def __init__(self, settings: Settings, environment: dict[str, str], *, empty: bool) -> None:
        self._data = data = settings.data
        # A folder that was ready before can be opened while this process makes sure that it still is: unless versions have
        # come since, which are run before anybody reads, or it is to be another database, which may be the wrong one.
        known = known_of(settings)
        ready = note_file(data).exists() and not unfinished_file(data).exists()
        self.was_ready = ready and known.items() <= self.note().items()
        arguments = [sys.executable, "-P", "-m", "opensky.cli.prepare", *(["--empty"] if empty else [])]
        self._process = subprocess.Popen(
            arguments,
            env=environment | lifeline.offer(),
            process_group=0,  # Ctrl-C in a terminal is for opensky up alone, which then ends this
        )

    def wait(self, stop: StopFlag) -> None:
        """Wait until it is done, or stop it when told to stop."""
        while not self.is_done():
            if stop.requested():
                self.end()
            time.sleep(_LOOK_EVERY)

    def is_done(self) -> bool:
        """Whether it is done. A failure has been explained on standard error by the process that met it: status 1."""
        status = self._process.poll()
        if status is not None and status > 0:
            sys.exit(1)
        return status is not None

    def end(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait()

    def note(self) -> dict[str, Any]:
        """Return what it left: ``demo`` and ``logins``; nothing before a first preparation is done."""
        try:
            found: dict[str, Any] = json.loads(note_file(self._data).read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return found
