"""The shop that a command works on: that of ``--data``, of the settings, or ``var`` where it is run."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from opensky.cli.preparation import unfinished_file
from opensky.cli.programs import log_folder, run_folder
from opensky.kernel.errors import Misconfigured, OpenSkyError
from opensky.settings import DATA, PREFIX, Settings


def environment_of(environ: Mapping[str, str] = os.environ, **given: object) -> dict[str, str]:
    """Return the environment with options of the command line in it; an option that was not given changes nothing."""
    folder = given.get("data")
    if isinstance(folder, Path):
        given["data"] = folder.expanduser().resolve()
    return dict(environ) | {PREFIX + key.upper(): str(value) for key, value in given.items() if value is not None}


def settings_of(data: Path | None) -> Settings:
    """Return the settings of the shop in a data folder; without one, those of the environment."""
    return Settings.load(environment_of(data=data))


def settings_to_look(data: Path | None) -> Settings:
    """Return the settings for a command that signs nothing: they make no folder for their key."""
    environment = environment_of(data=data)
    key = f"{PREFIX}SECRET_KEY"
    return Settings.load(environment | {key: environment.get(key) or "0" * 64})


def existing(data: Path | None) -> Path | None:
    """Return the folder that was named, if it is there; the settings would make it for their key.

    Raises:
        Misconfigured: it is not there.
    """
    if data is not None and not data.expanduser().is_dir():
        raise Misconfigured(f"There is no shop in {data} yet; the folder is not there.")
    return data


@contextmanager
def left_as_it_was(environment: Mapping[str, str]) -> Iterator[None]:
    """Take away what a start that fails has made in a new data folder, as long as there is no shop in it."""
    data = Path(environment.get(f"{PREFIX}DATA", DATA))
    was_there = data.exists()
    new = not was_there or (data.is_dir() and not any(data.iterdir()))
    try:
        yield
    except (OpenSkyError, SystemExit):
        if new and data.is_dir() and not unfinished_file(data).exists():
            _empty(data)
            if not was_there:
                with suppress(OSError):
                    data.rmdir()
        raise


def _empty(data: Path) -> None:
    """Remove what a start makes before it makes a shop; what holds anything stays, such as logs that say what went wrong."""
    (run_folder(data) / "up.lock").unlink(missing_ok=True)
    for made in (run_folder(data), log_folder(data)):
        with suppress(OSError):
            made.rmdir()
    if {path.name for path in data.iterdir()} <= {"secret.key"}:
        (data / "secret.key").unlink(missing_ok=True)
