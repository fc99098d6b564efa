"""Which release runs here: the commit of a checkout, else the version."""

import subprocess
from pathlib import Path

from opensky import __version__
from opensky.stats.marks import Marks
from opensky.tactical.marking import mark

_FILE = "release"


def release() -> str:
    """Return the commit of the checkout that this is, with ``+`` where files differ from it; without one, the version."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return __version__
    asked = ["git", "-C", str(root), "describe", "--always", "--abbrev=7", "--exclude=*", "--dirty=+"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return __version__
    return said or __version__


def mark_release(data: Path, run: Path) -> str:
    """Mark a deploy where another release runs than the last time; return it, or nothing."""
    now = release()
    known = run / _FILE
    before = known.read_text("utf-8") if known.is_file() else ""
    if now == before:
        return ""
    mark(Marks(data / "stats"), now, "opensky up", f"Before it ran {before}." if before else "The first start.")
    known.write_text(now, "utf-8")
    return now
