"""What every ``opensky migrate`` command begins with: the runner of a shop, and a question before what cannot be taken back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from opensky.cli.folder import existing, settings_to_look
from opensky.kernel.errors import Misconfigured
from opensky.migrations import Moment, Runner
from opensky.settings import Settings
from opensky.wiring.migrations import open_runner, versions_folder


@contextmanager
def opened(data: Path | None, *, with_versions: bool = True) -> Iterator[tuple[Runner, Settings]]:
    """Open the runner of a shop; what versions say goes to standard error.

    Raises:
        Misconfigured: there is no such shop, or no folder of versions where one is needed.
    """
    settings = settings_to_look(existing(data))
    folder = versions_folder(settings)
    if with_versions and not folder.is_dir():
        raise Misconfigured(f"There is no folder {folder} with versions; name it with OPENSKY_MIGRATIONS.")
    console = Console(stderr=True, highlight=False)
    runner = open_runner(settings, say=lambda line: console.print(f"    {line}"))
    waiting = console.status("")

    def hear(moment: Moment) -> None:
        if moment.name == "executing":
            waiting.update(f"Version{moment.number} {moment.direction} ...")
            waiting.start()
        elif moment.name != "migrating":
            waiting.stop()

    if console.is_terminal:
        runner.listeners.append(hear)
    try:
        yield runner, settings
    finally:
        waiting.stop()
        runner.close()


def confirm(question: str, *, yes: bool) -> None:
    """Ask before what cannot be taken back.

    Raises:
        Misconfigured: nobody is there to answer, and ``--yes`` was not given; or the answer was no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misconfigured(f"{question} Nobody can be asked here; say --yes to do it.")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise Misconfigured("Nothing was changed.")
