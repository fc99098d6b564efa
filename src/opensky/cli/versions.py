"""Which deploy migrations there are, told by their files alone: nothing is loaded for it."""

from pathlib import Path

from opensky.kernel.errors import Misconfigured


def versions_there(folder: Path) -> list[str]:
    """Return the names of the deploy migrations of a folder.

    Raises:
        Misconfigured: it is not there.
    """
    if not folder.is_dir():  # without it, fresh tables would be made as if they needed no version ever
        raise Misconfigured(f"There is no folder {folder} with the deploy migrations; name it with OPENSKY_MIGRATIONS.")
    return sorted(path.stem for path in folder.rglob("Version*.py"))
