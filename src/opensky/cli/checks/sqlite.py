"""SQLite: a file, which can be damaged, or be somewhere where locks do not work."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from opensky.cli.checks.finding import Finding, ok, problem, warning

_OTHERS = 0o077
_CHECKED = 1_000_000_000
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"}


def is_missing(url: URL) -> bool:
    """Whether it is a file that is not there yet."""
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def explain(error: SQLAlchemyError, url: URL) -> tuple[str, str]:
    """Return what an error means, and what to do."""
    said = str(getattr(error, "orig", None) or error)
    if "not a database" in said or "malformed" in said:
        return f"{url.database} is damaged, or no SQLite database: {said}.", "Put back a copy of it."
    if "unable to open" in said or "readonly" in said:
        return f"{url.database} cannot be opened to write: {said}.", "Let this user write the file and its folder."
    if "locked" in said:
        return f"{url.database} is locked by another program.", "End that program; only OpenSky may write there."
    return f"SQLite refused: {said}.", ""


def version(connection: Connection) -> str:
    """Return its name and version."""
    return f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar_one()}"


def look(connection: Connection, url: URL) -> Iterator[Finding]:
    """Look at the file: whether others can read it, whether it is whole, whether its disk knows locks."""
    file = Path(url.database or "")
    size = file.stat().st_size
    if file.stat().st_mode & _OTHERS:
        yield problem("privacy", f"Others on this machine can read {file}.", f"chmod 600 {file}*")
    if size < _CHECKED:
        said = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        if said != "ok":
            yield problem("file", f"{file} is damaged: {said}.", "Put back a copy of it.")
        else:
            yield ok("file", f"whole, {size / 1_000_000:.1f} MB")
    else:
        yield ok("file", f"{size / 1_000_000_000:.1f} GB; too big to be read through here")
    kind = _file_system(file)
    if kind in _NETWORK:
        says = f"{file} is on a network disk ({kind}), where SQLite's locks do not hold."
        yield warning("disk", says, "Keep it on a disk of this machine, or take a database server.")


def limit(_connection: Connection) -> int | None:
    """No server, no limit."""


def now(_connection: Connection) -> datetime | None:
    """No server, no other clock."""


def replica(_connection: Connection) -> tuple[bool, bool, float | None]:
    """A file has no replicas."""
    return False, False, None


def _file_system(file: Path) -> str:
    """Return the kind of the file system that a file is on, where /proc says so."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    except OSError:
        return ""
    parents = {str(parent) for parent in (file.resolve(), *file.resolve().parents)}
    fitting = [(len(mount[1]), mount[2]) for mount in mounts if mount[1] in parents]
    return max(fitting, default=(0, ""))[1]
