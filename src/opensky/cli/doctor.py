"""``opensky doctor``: looks at an installation from end to end, and says what is wrong and what to do about it."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import partial
from json import dumps
from pathlib import Path

from opensky.cli.checks import folder, machine
from opensky.cli.checks.finding import ORDER, Finding, guarded
from opensky.cli.folder import environment_of

_WIDTH = max(map(len, ORDER))


def doctor(*, data: Path | None = None, json: bool = False) -> None:
    """Look at settings, data folder, database and documents, and explain what is wrong. Nothing is changed.

    Ends with status 1 if there is a problem; warnings alone are no problem.

    Args:
        data: data folder of the shop (default: var).
        json: print JSON, for monitoring.
    """
    found = []
    for finding in examine(environment_of(data=data)):
        found.append(finding)
        if not json:
            print(line(finding), flush=True)
    worst = max((one.state for one in found), key=ORDER.index)
    if json:
        print(dumps({"state": worst, "checks": [asdict(one) for one in found]}, indent=2, ensure_ascii=False))
    else:
        print(summary(found))
    sys.exit(1 if worst == "problem" else 0)


def examine(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Yield what there is to say of an installation, check by check; each is looked at when it is asked for."""
    settings, finding = folder.read(environ)
    yield finding
    if settings is None:
        return
    yield from guarded("data folder", partial(folder.data_folder, settings))
    yield from guarded("secret key", partial(folder.secret_key, settings, environ))
    yield from guarded("disk space", partial(folder.disk, settings))
    yield from guarded("port", partial(machine.address, settings))
    yield from guarded("node", partial(machine.node, settings))
    # What follows loads the whole system; what went before is said by then.
    from opensky.cli.checks import broker, database, documents, leftovers, migrations, replicas  # noqa: PLC0415 - slow to load

    usable = True
    for one in guarded("database", partial(database.database, settings)):
        usable = usable and one.state != "problem"
        yield one
    if usable:
        yield from guarded("migrations", partial(migrations.migrations, settings))
        yield from guarded("replica", partial(replicas.replicas, settings))
    reachable = True
    for one in guarded("documents", partial(documents.documents, settings)):
        reachable = reachable and one.state != "problem"
        yield one
    if usable and reachable:
        yield from guarded("documents' place", partial(documents.place, settings))
    if usable:
        yield from guarded("queues", partial(leftovers.leftovers, settings))
    yield from guarded("broker", partial(broker.broker, settings))


def line(finding: Finding) -> str:
    """Return a finding as one line."""
    says = finding.says.rstrip(".")
    if finding.do:
        says = f"{says} {finding.do}" if says.endswith(("?", ".)")) else f"{says}. {finding.do}"
    return f"{finding.state:<{_WIDTH}}  {finding.check}: {says}"


def summary(found: list[Finding]) -> str:
    """Return the closing line."""
    problems = sum(one.state == "problem" for one in found)
    warnings = sum(one.state == "warning" for one in found)
    if not problems and not warnings:
        return f"All {len(found)} checks are well."
    return f"{len(found)} checks: {problems} problem{'s' * (problems != 1)}, {warnings} warning{'s' * (warnings != 1)}."
