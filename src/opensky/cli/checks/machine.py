"""This machine: where the shop listens, and the numbers under which it makes ids."""

import fcntl
import os
from collections.abc import Iterator

from opensky.cli.checks.finding import Finding, ok, problem, warning
from opensky.cli.programs import run_folder
from opensky.cli.up import check_port
from opensky.kernel.errors import Misconfigured
from opensky.settings import Settings
from opensky.wiring.nodes import PER_MACHINE

_SPARE = 2  # a command or two beside the web processes


def address(settings: Settings) -> Iterator[Finding]:
    """Whether the shop can listen there, and people can log in there."""
    running = _shop_in(settings)
    if running:
        yield ok("port", f"{settings.host}:{settings.port}; a shop is running in this folder ({running})")
    else:
        try:
            check_port(settings.host, settings.port)
        except Misconfigured as error:
            yield problem("port", error.message, "")
        else:
            yield ok("port", f"{settings.host}:{settings.port} is free")
    if settings.loopback:
        yield ok("address", f"{settings.address}, for this machine alone")
    elif settings.address.startswith("https://"):
        yield ok("address", settings.address)
    else:
        says = (
            f"{settings.address} is no https address: cookies are sent over TLS alone, so nobody could stay logged in."
        )
        do = "Put a proxy with a certificate in front, and set public_url to https://…"
        yield problem("address", says, do)


def node(settings: Settings) -> Iterator[Finding]:
    """Whether each process on this machine gets a number of its own for the ids that it makes."""
    folder = run_folder(settings.data) / "ids"
    taken = sum(_is_locked(str(folder / f"{slot}.lock")) for slot in range(PER_MACHINE))
    if settings.workers + _SPARE > PER_MACHINE:
        says = f"{settings.workers} web processes and a command or two need more than the {PER_MACHINE} numbers of a machine."
        yield problem("node", says, f"Set workers to {PER_MACHINE - _SPARE} at most.")
    elif taken == PER_MACHINE:
        yield problem("node", f"All {PER_MACHINE} numbers of this machine are in use.", "Run fewer jobs at once.")
    else:
        yield ok("node", f"{settings.node}; {taken} of its {PER_MACHINE} numbers are in use now")


_OF_LOADERS = 63
"""What fills a shop with a demo or fixtures makes ids as the last machine."""


def several(settings: Settings, seen: set[int]) -> Iterator[Finding]:
    """What the ids in the database say of machines that share it; ``seen`` are the numbers of those that made ids lately."""
    others = sorted(seen - {settings.node, _OF_LOADERS})
    if others:
        numbers = ", ".join(map(str, others))
        machines = f"machine{'s' * (len(others) > 1)} {numbers}"
        says = f"This machine is number {settings.node}; ids of {machines} were made here within a week."
        yield ok("machines", f"{says} Each needs a number of its own (setting node).")
    elif settings.node == 0 and not settings.database.startswith("sqlite"):
        says = "ids were made by this machine's number (0) alone; a second machine on this database needs node = 1, and so on"
        yield ok("machines", says)


def clock_is_behind(seconds: float) -> Finding:
    """Say that ids are there from the future."""
    return warning(
        "clock",
        f"The newest id in the database was made {seconds:.0f} s after this machine's time.",
        "Set the clock of this machine, or of the one that is ahead (NTP); lists by time are in the wrong order.",
    )


def _shop_in(settings: Settings) -> str:
    path = run_folder(settings.data) / "up.lock"
    return path.read_text("utf-8", "replace") if _is_locked(str(path)) else ""


def _is_locked(path: str) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
