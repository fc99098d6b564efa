"""The programs that make up a running shop, and the supervisor's configuration that is written from them."""

import os
import pwd
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

SHOP = "opensky.wiring.web:app"
_LOG_BYTES = "10MB"
_LOG_FILES = 3
_STOP_SECONDS = 10
# A program that ends sooner has not started; after three tries more the supervisor gives it up.
_STARTED_SECONDS = 5
_FOR_GOOD = 1_000_000


@dataclass(frozen=True, slots=True)
class Program:
    """One program under the supervisor: ``python -m MODULE ARGUMENTS``, its log in ``log/NAME.log``."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    first: bool = False
    """Whether it starts before all others, and ends when they have ended: they have something to tell it at their end."""
    needed: bool = True
    """Whether a shop without it is better closed; what is not needed is started again for as long as it takes."""


def programs(app: str = SHOP, *, partners: bool = False, stats: tuple[str, ...] | None = None) -> tuple[Program, ...]:
    """Return the programs of a shop; ``partners`` are the simulated ones of a demo shop.

    ``stats`` are the arguments of the one that keeps what the others count; without them there is none.
    """
    web = Program("web", "opensky.cli.web", (app,))
    if app != SHOP:
        return (web,)
    sandbox = (Program("sandbox", "opensky.cli.sandbox_program"),) if partners else ()
    counting = (
        (Program("stats", "opensky.cli.stats_program", stats, first=True, needed=False),) if stats is not None else ()
    )
    return (web, Program("bus", "opensky.cli.bus_program"), *sandbox, *counting)


def log_folder(data: Path) -> Path:
    """Return the folder of all logs."""
    return data / "log"


def run_folder(data: Path) -> Path:
    """Return the folder of what only a running shop needs: configuration, locks, process ids."""
    return data / "run"


def configuration(data: Path, table: tuple[Program, ...]) -> str:
    """Return the text of ``supervisord.conf`` that keeps these programs running."""
    whole = {
        "nodaemon": "true",
        "silent": "true",
        "identifier": "opensky",
        "logfile": _escape(str(log_folder(data) / "supervisord.log")),
        "logfile_maxbytes": _LOG_BYTES,
        "logfile_backups": "1",
        "pidfile": _escape(str(run_folder(data) / "supervisord.pid")),
        "childlogdir": _escape(str(log_folder(data))),
    }
    if os.geteuid() == 0:
        whole["user"] = pwd.getpwuid(0).pw_name  # said aloud, else the supervisor warns at each start
    sections = [_section("supervisord", whole)]
    sections += [_section(f"program:{program.name}", _options(program, data)) for program in table]
    return "\n".join(sections)


def _options(program: Program, data: Path) -> dict[str, str]:
    command = shlex.join([sys.executable, "-P", "-m", program.module, *program.arguments])
    return {
        "command": _escape(command),
        "autorestart": "true",
        "priority": "1" if program.first else "999",
        "startsecs": str(_STARTED_SECONDS),
        "startretries": "3" if program.needed else str(_FOR_GOOD),
        "stopwaitsecs": str(_STOP_SECONDS),
        "killasgroup": "true",
        "redirect_stderr": "true",
        # supervisor 4.3 expands this one value twice
        "stdout_logfile": _escape(_escape(str(log_folder(data) / f"{program.name}.log"))),
        "stdout_logfile_maxbytes": _LOG_BYTES,
        "stdout_logfile_backups": str(_LOG_FILES),
    }


def _section(name: str, options: dict[str, str]) -> str:
    return "\n".join((f"[{name}]", *(f"{key} = {value}" for key, value in options.items()), ""))


def _escape(value: str) -> str:
    # The supervisor expands %(names)s in every value.
    return value.replace("%", "%%")
