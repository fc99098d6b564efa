"""The web processes: granian with the shop's application. ``opensky up`` runs this below its supervisor.

An init system runs ``opensky web`` instead, with the settings in the environment or in ``opensky.toml``.
"""

import ctypes
import gc
import importlib
import multiprocessing
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.errors import ConfigurationError
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from opensky.cli import web_watch
from opensky.cli.programs import SHOP
from opensky.kernel import lifeline
from opensky.kernel.errors import Misconfigured
from opensky.settings import Settings

# One request at a time waits in each thread, some more in the queue before them; what comes beyond waits in the backlog.
_WAITING_PER_THREAD = 16
_KILL_AFTER_SECONDS = 5
_HEADER_SECONDS = 15
_COLLECT_EVERY = 5_000
"""How many objects more than before make Python look for cycles: a page leaves few of them, and looking costs a tenth of it."""
# What others would load because it happens to be installed: structlog rich, 3 MB, to colour tracebacks in a terminal, where
# a web process writes JSON; Litestar attrs, 1 MB, for such classes as arguments of handlers, of which we have none.
_NOT_NEEDED = ("rich", "attr", "attrs")


def web() -> None:
    """Run the web processes alone, in the foreground, until SIGTERM or Ctrl-C.

    Refuses a database without a shop, one that lacks migrations of this release, and documents that are not where the settings say.

    Example: OPENSKY_DATA=/srv/shop OPENSKY_WORKERS=4 ./opensky web
    """
    # Not above: below a supervisor this module is loaded by what then loads the shop, without what is not needed there.
    from opensky.cli.events import refuse_misdirected  # noqa: PLC0415 - as said
    from opensky.cli.ready import refuse_unready  # noqa: PLC0415 - as said

    settings = Settings.load()
    refuse_misdirected(settings)
    refuse_unready(settings)
    serve(settings, SHOP)


def serve(settings: Settings, app: str, serving: Sequence[int] | None = None) -> None:
    """Serve the ASGI application that ``app`` names (``module:attribute``); a worker that dies is replaced.

    ``serving`` are the workers that are there already, when this process comes back to replace the ones that died.
    """
    lifeline.offer()
    _leave_out()
    from opensky.logs import configure, standard  # noqa: PLC0415 - after what structlog would load for terminals is left out

    configure("web", settings.log_level)
    server: Callable[..., MPServer] = MPServer
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)  # no longer the default from Python 3.14 on
        preload(app)
        server = partial(_Forking, serving)
    try:
        server(
            app,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            workers=settings.workers - len(serving or ()),
            runtime_blocking_threads=1,
            backpressure=settings.threads * _WAITING_PER_THREAD,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=_HEADER_SECONDS * 1000),
            websockets=False,
            respawn_failed_workers=True,
            log_dictconfig=standard("_granian", "granian.access"),
            workers_kill_timeout=_KILL_AFTER_SECONDS,
        ).serve(target_loader=partial(load, app), wrap_loader=False)
    except ConfigurationError as error:
        message = f"The web server refuses its settings: {error}."
        raise Misconfigured(message) from error


class _Forking(MPServer):
    """Granian's server up to the moment when its workers have been forked; then the program that watches takes over."""

    def __init__(self, serving: Sequence[int] | None, app: str, **options: Any) -> None:
        self._serving = serving
        super().__init__(app, **options)

    def _serve(self, spawn_target: Any, target_loader: Any) -> None:
        # What comes from here on waits for the program that watches; the workers let it come again (see ``load``).
        signal.pthread_sigmask(signal.SIG_BLOCK, web_watch.HEARD)
        self.startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        forked = [worker.inner.pid for worker in self.wrks]
        replaced = 0 if self._serving is None else len(forked)
        web_watch.become("opensky.cli.web_watch", self.target, replaced, *(self._serving or ()), *forked)


def preload(app: str) -> None:
    """Import the application before workers are forked: they start in no time, and share its memory."""
    _leave_out()
    preparation = getattr(getattr(_find(app), "state", None), "preload", None)
    if preparation is not None:
        preparation()
    gc.collect()
    _keep_memory_together()
    gc.freeze()  # what is here now is not looked at by collections, which would write to, and so unshare, its pages
    gc.set_threshold(_COLLECT_EVERY)


def _leave_out() -> None:
    for module in _NOT_NEEDED:
        sys.modules.setdefault(module, None)  # type: ignore[arg-type]  # the way to say that a module is not to be had


def _keep_memory_together() -> None:
    """Have malloc give back what is free, now and later. These are glibc's doors; others have none, or do it by themselves."""
    libc = ctypes.CDLL(None)
    settings: dict[int, int] = {
        -3: 1 << 20,  # M_MMAP_THRESHOLD: what argon2 takes for a password (many MB) is given back at once, not kept
        -8: 2,  # M_ARENA_MAX: not one heap a thread
    }
    for name, value in settings.items():
        set_ = getattr(libc, "mallopt", None)
        if set_ is not None:
            set_(name, value)
    trim = getattr(libc, "malloc_trim", None)
    if trim is not None:
        trim(0)


def load(app: str) -> Any:
    """Return the application to a new worker, which from then on dies with the server that started it."""
    # Until the event loop has its own, a forked worker has the server's handlers, which would swallow a signal.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, web_watch.HEARD)
    lifeline.hold(signal.SIGKILL)
    return _find(app)


def _find(app: str) -> Any:
    module, _, attribute = app.partition(":")
    return getattr(importlib.import_module(module), attribute or "app")


def main() -> None:
    """Serve the application that the first argument names, below a supervisor; or come back when a worker has died."""
    match sys.argv[1:]:
        case [app]:
            lifeline.hold()  # for good, whatever this process turns itself into
            serve(Settings.load(), app)
        case [app, web_watch.REPLACE, *serving]:
            serve(Settings.load(), app, [int(pid) for pid in serving])


if __name__ == "__main__":
    main()
