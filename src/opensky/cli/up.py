"""``opensky up``: from nothing to an open shop, and back to nothing at Ctrl-C.

This process stays small: what needs the whole system (making the database and the demo shop) is done by a process of its
own that ends before the shop opens.
"""

import errno
import fcntl
import os
import socket
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from opensky.cli.counting import places
from opensky.cli.folder import environment_of, left_as_it_was
from opensky.cli.preparation import Preparation
from opensky.cli.programs import SHOP, log_folder, programs, run_folder
from opensky.cli.release import mark_release
from opensky.cli.running import RunningShop, StopFlag
from opensky.kernel.errors import Misconfigured
from opensky.settings import ANYWHERE, PREFIX, Settings

_LOOK_EVERY = 0.2


def up(
    *,
    data: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
    empty: bool = False,
    app: Annotated[str, Parameter(show=False)] = SHOP,
) -> None:
    """Start the shop with all its processes, and run it until Ctrl-C.

    The first time it makes the data folder with a demo shop in it.

    Args:
        data: folder of everything that the shop keeps (default: var).
        host: address to listen on (default: 127.0.0.1, this machine alone).
        port: port to listen on (default: 8000).
        workers: how many web processes answer requests (default: 2).
        empty: make an empty shop, not the demo shop, when the data folder is new.
        app: another ASGI application in place of the shop's, to test this command; no data are then prepared.
    """
    began = time.monotonic()
    environment = environment_of(data=data, host=host, port=port, workers=workers)
    with left_as_it_was(environment):
        _run(environment, app, began, empty=empty)


def _run(environment: dict[str, str], app: str, began: float, *, empty: bool) -> None:
    settings = Settings.load(environment)
    lock = claim(settings)
    check_port(settings.host, settings.port)
    stop = StopFlag()
    preparation = Preparation(settings, environment, empty=empty) if app == SHOP else None
    if preparation and not preparation.was_ready:
        preparation.wait(stop)
    note = preparation.note() if preparation else {}
    environment |= {f"{PREFIX}DEMO": "true"} if note.get("demo") else {}
    settings = Settings.load(environment)
    counting = places(settings) if app == SHOP and not settings.stats_url else None
    if counting:
        environment |= {f"{PREFIX}STATS_URL": counting.url}
        settings = Settings.load(environment)
    partners = settings.demo and settings.sandbox_seconds > 0
    table = programs(app, partners=partners, stats=counting.arguments(settings.data) if counting else None)
    shop = RunningShop(settings, table, environment)
    try:
        if not stop.requested():
            shop.start(keep_open=lock)
        if preparation:
            preparation.wait(stop)
        if shop.wait(stop):
            _say_it_is_open(settings, note.get("logins", []), began, counted=counting is not None)
        while not stop.requested() and shop.is_up():
            shop.relay()
            time.sleep(_LOOK_EVERY)
    finally:
        if stop.requested():
            print("\nStopping ...", flush=True)
        if preparation:
            preparation.end()
        shop.stop(stop)
    if not stop.requested():
        message = f"The supervisor ended unexpectedly; see {log_folder(settings.data) / 'supervisord.log'}."
        raise Misconfigured(message)


def _say_it_is_open(settings: Settings, logins: list[dict[str, str]], began: float, *, counted: bool) -> None:
    if counted:
        mark_release(settings.data, run_folder(settings.data))
    board = counted or bool(settings.graphite_url)
    print(welcome(settings, logins, time.monotonic() - began, board=board), flush=True)


def claim(settings: Settings) -> int:
    """Make the folders, and hold the data folder for this shop alone; return the descriptor of the lock.

    Raises:
        Misconfigured: the folder cannot be written, or another shop is running in it.
    """
    path = run_folder(settings.data) / "up.lock"
    try:
        for folder in (run_folder(settings.data), log_folder(settings.data)):
            folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"Cannot write in the data folder {settings.data} ({error.strerror}); choose another with --data."
        raise Misconfigured(message) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        by = os.read(lock, 200).decode("utf-8", "replace") or "another process"
        message = f"The data folder {settings.data} is in use by {by}; stop that shop, or choose another with --data."
        raise Misconfigured(message) from error
    os.truncate(lock, 0)
    os.write(lock, f"process {os.getpid()} at {settings.address}".encode())
    return lock


def check_port(host: str, port: int) -> None:
    """Make sure that the shop can listen there.

    Raises:
        Misconfigured: the port is taken or not allowed, or the host is no address of this machine.
    """
    try:
        [(family, kind, _, _, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = (
                f"Port {port} is taken by another program; stop that one, or choose another port: --port {port + 1}"
            )
        elif error.errno == errno.EACCES:
            message = f"This user may not listen on port {port}; choose one above 1023, such as --port 8000."
        else:
            message = f"Cannot listen on {host}: {error.strerror}; choose an address of this machine with --host."
        raise Misconfigured(message, host=host, port=port) from error


def welcome(settings: Settings, logins: list[dict[str, str]], seconds: float, *, board: bool = False) -> str:
    """Return what to tell a person whose shop has just opened; ``board`` says that its operations board has numbers."""
    # Nobody can go to "everywhere": this machine's own address leads to a shop that listens there.
    everywhere = "" if settings.public_url else ANYWHERE.get(settings.host, "")
    own = f"[{everywhere}]" if ":" in everywhere else everywhere
    address = f"http://{own}:{settings.port}" if own else settings.address
    lines = [
        "",
        f"{settings.shop_name} is open, after {seconds:.1f} s.",
        "",
        f"    shop   {address}/",
        f"    API    {address}/api/docs",
        f"    admin  {address}/admin",
        *([f"    board  {address}/board"] if board else []),
        f"    data   {settings.data}",
    ]
    if everywhere:
        lines += ["", f"It listens everywhere ({settings.host}): other machines reach it under this machine's address."]
    if logins and settings.loopback and not settings.mail_url:
        lines.insert(-1, f"    mail   {address}/dev/mail")
    if logins:
        width = max(len(login["email"]) for login in logins)
        lines += ["", "Demo logins, on this machine alone:", ""]
        lines += [f"    {one['role']:<6} {one['email']:<{width}}  {one['password']}" for one in logins]
    return "\n".join([*lines, "", "Ctrl-C stops it.", ""])
