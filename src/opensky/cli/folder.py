"""The shop that a command works on: that of ``--data``, of the settings, or ``var`` where it is run."""

import os
from collections.abc import Mapping
from pathlib import Path

from opensky.settings import PREFIX, Settings


def environment_of(environ: Mapping[str, str] = os.environ, **given: object) -> dict[str, str]:
    """Return the environment with options of the command line in it; an option that was not given changes nothing."""
    folder = given.get("data")
    if isinstance(folder, Path):
        given["data"] = folder.expanduser().resolve()
    return dict(environ) | {PREFIX + key.upper(): str(value) for key, value in given.items() if value is not None}


def settings_of(data: Path | None) -> Settings:
    """Return the settings of the shop in a data folder; without one, those of the environment."""
    return Settings.load(environment_of(data=data))
