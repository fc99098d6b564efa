"""``opensky traffic``: visitors who are programs, to see a shop live; and faults, to see what the board says of them."""

import asyncio
import secrets
import signal
import threading
from pathlib import Path
from urllib.parse import urlsplit

from cyclopts import App

from opensky.cli.folder import environment_of, existing
from opensky.kernel import lifeline
from opensky.kernel.errors import Misconfigured
from opensky.settings import Settings
from opensky.traffic import PROFILES, Crowd, Profile
from opensky.traffic.client import NoAnswer, Place
from opensky.traffic.faults import FAULTS
from opensky.traffic.town import BRAINTREE, Cards

app = App(
    name="traffic",
    help="Visitors who are programs, in a demo shop, and faults to plant in it.",
    help_epilogue="Example: ./opensky traffic --profile evening --seconds 600",
)
_MOST = 6_000
_LONGEST_FAULT = 3_600


@app.default
def run(
    *,
    profile: str = "evening",
    rate: float | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    every: float = 10.0,
    data: Path | None = None,
    port: int | None = None,
) -> None:
    """Send visitors into a running demo shop, until Ctrl-C: they look, search, sign up, follow, share, buy and give up, as people do.

    Args:
        profile: evening, quiet, launch (everybody wants one thing) or day (as the clock says).
        rate: how many visitors come in a minute, on average, in place of the profile's own.
        seconds: end after so many.
        seed: a number; the same one makes the same visitors.
        every: say after so many seconds what happened.
        data: data folder of the shop (default: var).
        port: port at which the shop listens (default: 8000).
    """
    chosen = _chosen(profile, rate, seconds, every)
    settings = shop_to_try(data, port)
    seed = secrets.randbelow(1 << 32) if seed is None else seed
    place = urlsplit(settings.devo_address)
    crowd = Crowd(
        Place(place.hostname or "", place.port or 80),
        chosen,
        seed=seed,
        rate=rate,
        cards=BRAINTREE if settings.payment_url else Cards(),
    )
    print(
        f"Visitors come to {settings.devo_address}: {chosen.sentence}. Seed {seed}. Ctrl-C sends them home.", flush=True
    )
    try:
        asyncio.run(_run(crowd, seconds, every))
    except NoAnswer as error:
        raise Misconfigured(
            f"No shop answers at {settings.devo_address} ({error}); start it with ./opensky up, or name it with --data and --port."
        ) from error


@app.command(help_epilogue="Example: ./opensky traffic fault slow-database --seconds 60")
def fault(
    name: str = "",
    *,
    seconds: float = 60.0,
    data: Path | None = None,
    port: int | None = None,
) -> None:
    """Plant a fault in a running demo shop for a while, to see what its board says; without a name, list them. Ctrl-C heals it at once.

    Args:
        name: such as slow-database, dead-bus, bad-deploy.
        seconds: for how long.
        data: data folder of the shop (default: var).
        port: port at which the shop listens (default: 8000).
    """
    if not name:
        print("\n".join(f"{each.name:<14} {each.sentence}" for each in FAULTS.values()))
        return
    if name not in FAULTS:
        raise Misconfigured(f"There is no fault {name!r}; there are {', '.join(FAULTS)}.")
    if not 0 < seconds <= _LONGEST_FAULT:
        raise Misconfigured(f"--seconds is more than 0, and at most {_LONGEST_FAULT}.")
    lifeline.hold()
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    with FAULTS[name].plant(shop_to_try(data, port)):
        print(f"{name} is planted: {FAULTS[name].sentence}. It is gone in {seconds:g} s, or at Ctrl-C.", flush=True)
        stop.wait(seconds)
    print(f"{name} is gone.", flush=True)


async def _run(crowd: Crowd, seconds: float | None, every: float) -> None:
    lifeline.hold(signal.SIGINT)
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, crowd.stop)
    await crowd.run(_say, seconds=seconds, every=every)
    print(crowd.tally.end(), flush=True)


def _say(line: str) -> None:
    print(line, flush=True)


def _chosen(profile: str, rate: float | None, seconds: float | None, every: float) -> Profile:
    if profile not in PROFILES:
        raise Misconfigured(f"There is no profile {profile!r}; there are {', '.join(PROFILES)}.")
    if rate is not None and not 0 < rate <= _MOST:
        raise Misconfigured(f"--rate is how many visitors come in a minute: more than 0, and at most {_MOST}.")
    if (seconds is not None and not seconds > 0) or not every > 0:
        raise Misconfigured("--seconds and --every are more than 0.")
    return PROFILES[profile]


def shop_to_try(data: Path | None, port: int | None) -> Settings:
    """Return the settings of a shop with which one may play.

    Raises:
        Misconfigured: it is neither a demo shop nor on this machine alone, or its letters or payments would go out into the world.
    """
    settings = Settings.load(environment_of(data=existing(data), port=port))
    if not (settings.demo or settings.loopback):
        raise Misconfigured("Such visitors only come to a demo shop, or to one that is on this machine alone.")
    for name, url in (("mail_url", settings.mail_url), ("payment_url", settings.payment_url)):
        host = urlsplit(url).hostname or "localhost"
        if host != "localhost" and not host.startswith("127."):
            raise Misconfigured(
                f"What such visitors cause would reach {host}, which the setting '{name}' names; they only come where that is this machine."
            )
    return settings
