"""The settings and the data folder: what is there, who may read it, how much room is left."""

import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from opensky.cli.checks.finding import Finding, ok, problem, warning
from opensky.kernel.errors import Misconfigured
from opensky.settings import CONFIG, FILE, PREFIX, Settings

_KEY = f"{PREFIX}SECRET_KEY"
_KEY_LENGTH = 32
_OTHERS, _OTHERS_WRITE = 0o077, 0o022
_MB = 1_000_000
_NEEDED, _COMFORTABLE = 200 * _MB, 2_000 * _MB
_FEW = 0.02


def read(environ: Mapping[str, str]) -> tuple[Settings | None, Finding]:
    """Read the settings as the shop would, but make nothing: no folder, no key."""
    key = environ.get(_KEY) or "0" * 2 * _KEY_LENGTH
    try:
        settings = Settings.load(dict(environ) | {_KEY: key})
    except Misconfigured as error:
        return None, problem("settings", error.message, "Mend it; docs/settings.md lists all settings.")
    set_here = sorted(name for name in environ if name.startswith(PREFIX) and name != CONFIG)
    file = settings_file(settings, environ)
    sources = ([str(file)] if file else []) + ([", ".join(set_here)] if set_here else [])
    if file and _has_secret(file) and file.stat().st_mode & _OTHERS:
        says = f"{file} holds a password or a key, and others on this machine can read it."
        return settings, warning("settings", says, f"chmod 600 {file}")
    return settings, ok("settings", f"from {' and '.join(sources)}" if sources else "all defaults")


def settings_file(settings: Settings, environ: Mapping[str, str]) -> Path | None:
    """Return the settings file, if there is one."""
    named = environ.get(CONFIG)
    file = Path(named) if named else settings.data / FILE
    return file if file.is_file() else None


def _has_secret(file: Path) -> bool:
    said = tomllib.loads(file.read_text("utf-8"))
    return bool({"secret_key", "database_url", "documents_url", "replica_urls"} & set(said))


def data_folder(settings: Settings) -> Iterator[Finding]:
    """Whether the shop can keep things there, and nobody else can change them."""
    folder = settings.data
    if folder.exists() and not folder.is_dir():
        yield problem("data folder", f"{folder} is a file.", "Name a folder, with --data or OPENSKY_DATA.")
        return
    place = nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        do = f"Let this user ({_me()}) write there, or name another folder with --data or OPENSKY_DATA."
        yield problem("data folder", f"Cannot write in {place}: {error.strerror}.", do)
        return
    if not folder.exists():
        yield ok("data folder", f"{folder} is not there yet; ./opensky up makes it")
        return
    about = folder.stat()
    if about.st_mode & _OTHERS_WRITE and not about.st_mode & 0o1000:
        yield problem("data folder", f"Others may write in {folder}.", f"chmod go-w {folder}")
    elif about.st_uid not in (os.geteuid(), 0):
        do = "Run the shop as that user, or give the folder to this one (chown -R)."
        yield warning("data folder", f"{folder} belongs to another user (number {about.st_uid}).", do)
    else:
        yield ok("data folder", f"{folder}, can be written")


def secret_key(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether the key is there, long enough, and nobody else's to read."""
    file = settings.data / "secret.key"
    written = settings_file(settings, environ)
    in_file = tomllib.loads(written.read_text("utf-8")).get("secret_key") if written else None
    given = environ.get(_KEY) or in_file
    if given:
        if len(given) < _KEY_LENGTH:
            do = f"Take {_KEY_LENGTH} or more characters that nobody can guess, such as: openssl rand -hex 32"
            yield problem("secret key", f"The one that is set has {len(given)} characters.", do)
        else:
            yield ok("secret key", "set; every machine of this shop needs the same")
    elif not file.exists():
        yield ok("secret key", "is made at the first start")
    elif not os.access(file, os.R_OK):
        yield problem("secret key", f"Cannot read {file}.", f"Let this user ({_me()}) read it, and nobody else.")
    elif file.stat().st_mode & _OTHERS:
        yield problem("secret key", f"Others on this machine can read {file}.", f"chmod 600 {file}")
    else:
        yield ok("secret key", f"{file}, for this user alone")


def disk(settings: Settings) -> Iterator[Finding]:
    """Whether there is room."""
    place = nearest(settings.data)
    free = shutil.disk_usage(place).free
    about = os.statvfs(place)
    says = f"{free / 1000 / _MB:.1f} GB free for {settings.data}"
    if free < _NEEDED:
        yield problem(
            "disk space", says, "Make room, or name a folder on another disk; the shop stops when it is full."
        )
    elif about.f_files and about.f_favail / about.f_files < _FEW:
        yield problem(
            "disk space", f"{about.f_favail} files can still be made there.", "Remove files, or another disk."
        )
    elif free < _COMFORTABLE:
        yield warning("disk space", says, "Make room soon.")
    else:
        yield ok("disk space", says)


def nearest(folder: Path) -> Path:
    """Return the folder, or of those above it the first that is there."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def _me() -> str:
    return os.environ.get("USER") or f"number {os.geteuid()}"
