"""``opensky test``: one gate for a change, the same for a person and for CI. It stops at the first thing that is not right."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from opensky.kernel.errors import Misconfigured

_LAST_WORDS_WITHIN = 15


@dataclass(frozen=True, slots=True)
class Stage:
    """One check of the gate, and what to do when it fails."""

    name: str
    command: tuple[str, ...]
    cure: str


def quality(
    *arguments: Annotated[str, Parameter(allow_leading_hyphen=True)],
    services: bool = False,
) -> None:
    """Check style, types, import contracts and tests; with pytest arguments, run pytest alone with those.

    Args:
        *arguments: handed to pytest as they are.
        services: also run what needs other servers: starts them (installs them on Debian, as root), stops them at the end.
    """
    root = checkout()
    status = 0 if arguments else run(_checks(), root)
    if status == 0 and services and not arguments:
        status = _both_at_once(root)
    elif status == 0:
        with ExitStack() as stack:
            environment = stack.enter_context(_servers()) if services else {}
            status = run((_pytest(arguments),), root, environment)
    # With pytest, nothing is said afterwards: its closing line stays the last one, for people and for machines.
    sys.exit(status)


def _both_at_once(root: Path) -> int:
    """Run the tests that need servers beside those that need none, which halves the time; their words come one after the other.

    What either covers is measured apart and counted together.
    """
    with tempfile.TemporaryDirectory(prefix="opensky-coverage-") as folder, _servers() as servers:
        rest, served = Path(folder) / "rest", Path(folder) / "served"
        said = Path(folder) / "said"
        with said.open("wb") as out:
            beside = subprocess.Popen(
                _measured("services"),
                cwd=root,
                env=os.environ | servers | {"COVERAGE_FILE": str(served)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            try:
                stage = Stage(
                    "pytest, without servers (those with servers run beside it)", _measured("not services"), ""
                )
                status = run((stage,), root, {"COVERAGE_FILE": str(rest)})
                status = beside.wait() or status
            finally:
                beside.kill()
        coverage = (sys.executable, "-m", "coverage")
        counted = {"COVERAGE_FILE": str(Path(folder) / "whole")}
        together = (
            Stage("coverage", (*coverage, "combine", "-q", str(rest), str(served)), ""),
            Stage("coverage of both", (*coverage, "report"), "Tests must reach more of the code."),
        )
        status = run(together, root, counted) or status
        print("-- pytest, with servers", flush=True)
        sys.stdout.write(said.read_text("utf-8", "replace"))
    return status


def _measured(marked: str) -> tuple[str, ...]:
    measuring = ("--cov", "--cov-report=", "--cov-fail-under=0")
    return (sys.executable, "-m", "pytest", "-m", marked, *measuring)


def run(stages: Sequence[Stage], folder: Path, environment: Mapping[str, str] | None = None) -> int:
    """Run the stages in order until one fails; return the status of the last that ran."""
    for stage in stages:
        began = time.monotonic()
        print(f"-- {stage.name}", flush=True)
        status = _status(stage.command, folder, os.environ | dict(environment or {}))
        if status:
            if status < 0:  # it could not say anything itself
                print(f"opensky: {stage.name}: ended by {signal.Signals(-status).name}.", file=sys.stderr, flush=True)
            if stage.cure:
                seconds = time.monotonic() - began
                print(f"opensky: stopped at {stage.name}, after {seconds:.0f} s. {stage.cure}", file=sys.stderr)
            return status
    return 0


def _status(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Run a command to its end. Ctrl-C in the terminal reaches it too; it gets the time to say how far it came."""
    with subprocess.Popen(command, cwd=folder, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LAST_WORDS_WITHIN)
            raise
        finally:
            process.kill()


@contextmanager
def _servers() -> Iterator[dict[str, str]]:
    from opensky.cli.servers.installing import install  # noqa: PLC0415
    from opensky.cli.servers.running import STARTED_BY_TESTS, running  # noqa: PLC0415 - loads database drivers

    print("-- services", flush=True)
    for kind in STARTED_BY_TESTS:
        try:
            install([kind])
        except Misconfigured as error:
            print(f"left out: {error}", flush=True)
    began = time.monotonic()
    with running() as servers:
        names = ", ".join(server.name for server in servers)
        print(f"{names}: there after {time.monotonic() - began:.1f} s", flush=True)
        yield {server.variable: server.url for server in servers}


def checkout() -> Path:
    """Return the folder of the checkout that this code runs from.

    Raises:
        Misconfigured: it runs from an installation without tests.
    """
    root = Path(__file__).resolve().parents[3]
    if not (root / "tests").is_dir():
        raise Misconfigured("There are no tests beside this installation; run ./opensky test in a checkout.")
    return root


def _checks() -> tuple[Stage, ...]:
    python = sys.executable
    contracts = str(Path(python).with_name("lint-imports"))
    return (
        Stage(
            "ruff check", (python, "-m", "ruff", "check"), "Many findings mend themselves: .venv/bin/ruff check --fix"
        ),
        Stage("ruff format", (python, "-m", "ruff", "format", "--check"), "Mend it: .venv/bin/ruff format"),
        Stage("mypy", (python, "-m", "mypy"), "Each line above names a file, a line and what does not fit."),
        Stage("lint-imports", (contracts,), "ARCHITECTURE.md says who may import whom, and why."),
    )


def _pytest(arguments: tuple[str, ...]) -> Stage:
    measured = arguments or ("--cov", "--cov-report=term:skip-covered")
    return Stage("pytest", (sys.executable, "-m", "pytest", *measured), "")
