"""Makes a data folder ready for a shop: the database, and the demo shop in a new folder.

``opensky up`` runs this as a process of its own, ``python -m opensky.cli.prepare [--empty]``, so that what it loads is gone
before the shop opens. It leaves ``run/prepared.json``: whether this is a demo shop, its logins, which
migrations there were, and in which databases.
"""

import json
import re
import shutil
import signal
import sys
import time
from pathlib import Path

from opensky.cli.preparation import known_of, note_file, unfinished_file
from opensky.kernel import lifeline
from opensky.kernel.errors import Misconfigured, OpenSkyError
from opensky.persistence import Database
from opensky.persistence.schema import Behind
from opensky.settings import FILE, Settings
from opensky.wiring import open_database

_DEMO = "# Written by `opensky up`: this folder holds the demo shop, so its demo logins are for this machine alone.\ndemo = true\n\n"

_IS_THERE = re.compile("already exists|duplicate column")
_MADE_WITHOUT = (
    "If this shop was made while OPENSKY_MIGRATIONS named another folder, its tables are new and only their versions are not "
    "recorded: ./opensky migrate version --all --add records them."
)


def prepare(settings: Settings, *, empty: bool) -> dict[str, object]:
    """Make what is missing in the data folder; return what ``opensky up`` needs to know of it.

    A folder is new until the demo shop in it is whole: a load that was interrupted goes on the next time.

    Raises:
        Misconfigured: a newer release made the tables, the database cannot be used, or settings name what is not there.
    """
    from opensky.cli.events import refuse_misdirected  # noqa: PLC0415 - it loads what every feature declares
    from opensky.tactical.telling import Telling  # noqa: PLC0415 - likewise
    from opensky.wiring.jobs import timetable  # noqa: PLC0415 - likewise

    refuse_misdirected(settings)
    timetable(settings)  # refuses what the settings say of jobs, if it cannot be
    Telling.read(settings.alerts)  # and what they say of alerts
    unfinished = unfinished_file(settings.data)
    database = open_database(settings)
    try:
        if not empty and not database.created:
            unfinished.touch()
        _create(database, settings)
    finally:
        database.close()
    if unfinished.exists():
        load_demo(settings)
        unfinished.unlink()
    elif empty and settings.demo:
        print("This folder holds the demo shop already; for an empty shop, name a new folder with --data.")
    return {"demo": True, "logins": logins()} if is_demo(settings.data) else {"demo": False, "logins": []}


def _create(database: Database, settings: Settings) -> None:
    """Make the tables; the embedded database of an older release is migrated first, so that one command is enough."""
    fresh = not database.created
    try:
        database.create()
    except Behind as behind:
        if not database.embedded:  # other releases may be using it: whoever deploys decides when
            raise
        _migrate(settings, len(behind.versions))
        database.create()
        fresh = True
    if fresh:
        from opensky.wiring.migrations import keep_live  # noqa: PLC0415 - only changed tables need it

        keep_live(settings)


def _migrate(settings: Settings, number: int) -> None:
    from opensky.migrations import How, MigrationFailed  # noqa: PLC0415 - only an older folder needs it
    from opensky.wiring.migrations import open_runner  # noqa: PLC0415 - likewise

    runner = open_runner(settings, say=lambda line: print(f"    {line}", flush=True))
    print(f"This folder was made by an older OpenSky; running {number} migrations.", flush=True)
    try:
        # All of them or none: a shop that does not start must still start with the release that made it.
        for ran in runner.up(how=How(all_or_nothing=True)):
            print(f"    {ran.version.name} {ran.version.description} {ran.seconds:.1f} s", flush=True)
    except MigrationFailed as error:
        if not _IS_THERE.search(error.message):
            raise
        raise Misconfigured(f"{error.message} {_MADE_WITHOUT}") from error
    finally:
        runner.close()


def load_demo(settings: Settings) -> None:
    """Load the demo shop, and say in the folder's settings that it is one."""
    from opensky import demo  # noqa: PLC0415 - only a first start needs it

    print("Making the demo shop; this is done once.", flush=True)
    began = time.monotonic()
    demo.load(settings, lambda step: print(f"    {step} ...", flush=True))
    print(f"    Done, after {time.monotonic() - began:.1f} s.", flush=True)
    if not is_demo(settings.data):
        _say_it_is_demo(settings.data / FILE)


def _say_it_is_demo(path: Path) -> None:
    """Write it on top of the settings: after a table it would be part of that. Who may read the file is as before."""
    said = path.read_text("utf-8") if path.is_file() else ""
    part = path.with_name(f"{path.name}.part")
    part.touch(0o600)
    part.write_text(_DEMO + said, "utf-8")
    if said:
        shutil.copymode(path, part)
    part.replace(path)


def is_demo(data: Path) -> bool:
    """Whether the folder's own settings say that it is a demo shop."""
    return Settings.load({"OPENSKY_DATA": str(data)}).demo


def logins() -> list[dict[str, str]]:
    """Return the demo logins, to be shown to whoever starts the shop."""
    from opensky import demo  # noqa: PLC0415 - only a demo shop needs it

    return [{"email": one.email, "password": one.password, "role": one.role} for one in demo.LOGINS]


def main() -> None:
    """Prepare the folder that the settings name, and leave a note of it for ``opensky up``."""
    lifeline.hold()
    # Ctrl-C in the terminal reaches this process too, but it is for opensky up to end it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = Settings.load()
    try:
        note = prepare(settings, empty="--empty" in sys.argv[1:])
    except OpenSkyError as error:
        print(f"opensky: {error.message}", file=sys.stderr)
        sys.exit(1)
    # Replaced as a whole: the log-in page of a running shop reads it too.
    fresh = note_file(settings.data).with_suffix(".new")
    fresh.write_text(json.dumps(note | known_of(settings)), "utf-8")
    fresh.replace(note_file(settings.data))


if __name__ == "__main__":
    main()
