"""What the handlers of an application work with.

They reach it through one object, so that an application whose routes are made can be given another shop. The processes of a
shop never do that; tests do, as making the routes costs more than most of what is tested.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dishka import Container
from jinja2 import BytecodeCache

from opensky.kernel.clock import Clock
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.stats import Stats
from opensky.web.assets import Assets
from opensky.web.headers import SecurityHeaders
from opensky.web.identities import Identities
from opensky.web.kernel import Frame, Kernel
from opensky.web.pool import Pool
from opensky.web.templates import Templates


@dataclass(slots=True)
class Parts:
    """One shop's, all of it; nothing of it is open before it is used."""

    settings: Settings
    database: Database
    clock: Clock
    stats: Stats
    assets: Assets
    pages: Templates
    kernel: Kernel
    pool: Pool
    description: bytes = b""
    """Of its API; made when it is first asked for."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """How parts are made.

    ``templates`` and ``static`` are folders of the features, looked into before this room's own; ``frame`` gives what every
    page shows around its content. ``compiled`` keeps compiled templates for whoever makes parts again and again.
    """

    templates: Sequence[Path] = ()
    static: Sequence[Path] = ()
    frame: type[Frame] | None = None
    compiled: BytecodeCache | None = None

    def __call__(self, settings: Settings, container: Container) -> Parts:
        """Return the parts of the shop that has these settings and this container."""
        clock, database, stats = container.get(Clock), container.get(Database), container.get(Stats)
        assets = Assets(settings.data / "media", SecurityHeaders(settings), self.static)
        pages = Templates(settings, clock, assets, self.templates, self.compiled)
        identities = _identities(settings, database, clock)
        kernel = Kernel(settings, container, identities, pages, assets, self.frame, stats)
        return Parts(settings, database, clock, stats, assets, pages, kernel, Pool(settings.threads))


def _identities(settings: Settings, database: Database, clock: Clock) -> Identities:
    # A public address while we listen on loopback alone: what reaches us comes through a proxy of this machine.
    proxied = bool(settings.public_url) and settings.host in {"127.0.0.1", "::1", "localhost"}
    return Identities(database, clock, settings.secret_key, secure=settings.secure_cookies, proxied=proxied)
