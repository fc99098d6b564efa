"""What ``opensky migrate`` shows: reports, tables, scripts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from opensky.migrations import Ran, Status, Version
from opensky.migrations.record import Entry
from opensky.migrations.status import how_to_go_on

_WIDE = 10_000
_WORDS = {
    "executed": "executed",
    "skipped": "skipped by its own condition",
    "added": "recorded, not run",
    "failed": "failed",
}


def console() -> Console:
    """Return where tables are shown; what goes into a pipe or a file is not wrapped, so that each line is one."""
    shown = Console()
    return shown if shown.is_terminal else Console(width=_WIDE, soft_wrap=True)


def names(versions: Sequence[Version]) -> str:
    """Return versions as a person reads them."""
    return ", ".join(v.name for v in versions)


def sentence(status: Status) -> str:
    """Return where a database stands, in one line."""
    parts = []
    if status.missing:
        parts.append(f"lacks {len(status.missing)} of {len(status.versions)} versions: {names(status.missing)}")
    if status.unknown:
        unknown = ", ".join(entry.number for entry in status.unknown)
        parts.append(f"has {len(status.unknown)} that are not in the folder: {unknown}")
    if not parts:
        return f"The database has all {len(status.versions)} versions."
    return f"The database {' and '.join(parts)}."


def report(ran: Sequence[Ran], *, dry: bool, times: bool) -> str:
    """Return what a run did; with the statements after a dry run, and with their times if ``times``."""
    lines = []
    for each in ran:
        state = f"skipped: {each.reason}" if each.reason else f"{each.seconds * 1000:.0f} ms"
        arrow = "" if each.direction == "up" else "undone "
        lines.append(f"{each.version.name}  {arrow}{state}  {each.version.description}".rstrip())
        for statement in each.statements:
            if times:
                took = f"{statement.seconds * 1000:7.1f} ms" if statement.seconds is not None else ""
                lines.append(f"    {took:10}  {statement}")
            elif dry:
                lines += [f"    {line}" for line in str(statement).splitlines()]
    total = sum(r.seconds for r in ran)
    done = "would be done; nothing was kept" if dry else "done"
    lines.append(f"{len(ran)} {'version' if len(ran) == 1 else 'versions'} {done}, {total:.2f} s.")
    return "\n".join(lines)


def script(ran: Sequence[Ran], now: datetime) -> str:
    """Return the statements as a file that a database client can run, with what records the versions, as run at ``now``."""
    lines = [
        "-- Written by opensky migrate. Notes on documents are not SQL: run those versions with opensky migrate execute."
    ]
    for each in ran:
        number = each.version.number
        lines += ["", f"-- {each.version.name} {each.direction}: {each.version.description}".rstrip(": ")]
        lines += [str(statement) for statement in each.statements]
        if any(statement.is_note for statement in each.statements):
            # Recorded, it would count as done, and its documents would stay as they are.
            lines.append(f"-- Not recorded, as documents are not changed by SQL. Run all of it instead: {_run(each)}")
            continue
        lines.append(f"DELETE FROM migrations WHERE version = '{number}';")  # noqa: S608 - a number of digits
        if each.direction == "up":
            lines.append(
                "INSERT INTO migrations (version, state, executed_at, milliseconds, statements, stopped_at, error)"  # noqa: S608 - likewise
                f" VALUES ('{number}', 'executed', '{now.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}', 0, 0, '', '');"
            )
    return "\n".join(lines) + "\n"


def _run(ran: Ran) -> str:
    return f"./opensky migrate execute {ran.version.number} --{ran.direction}"


def status(found: Status, database: str, folder: Path, *, running: bool = False) -> Table:
    """Return a table of where a database stands; ``running`` says that a process is migrating it."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    rows = (
        ("database", database),
        ("folder", str(folder) if folder.is_dir() else f"{folder} (not there)"),
        ("versions in the folder", str(len(found.versions))),
        ("executed", str(len(found.executed))),
        ("missing", f"{len(found.missing)}  {names(found.missing)}".rstrip()),
        ("not in the folder", f"{len(found.unknown)}  {', '.join(e.number for e in found.unknown)}".rstrip()),
        ("newest executed", found.current or "none"),
        ("newest in the folder", found.latest or "none"),
    )
    for row in rows:
        table.add_row(*row)
    for entry in found.failed:
        word = "killed" if entry.begun else "failed"
        table.add_row(*(("running", _running(entry)) if running and entry.begun else (word, _failure(entry))))
    return table


def versions(found: Status) -> Table:
    """Return a table of all versions, those of the folder and those that only the database knows."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("version", "state", "at", "took", "description"):
        table.add_column(title, justify="right" if title == "took" else "left", no_wrap=title != "description")
    described = {v.number: v.description for v in found.versions}
    for number in sorted({*described, *found.recorded}):
        entry = found.recorded.get(number)
        table.add_row(number, *_row(entry), described.get(number, "not in the folder"))
    return table


def _row(entry: Entry | None) -> tuple[str, str, str]:
    if entry is None:
        return "missing", "", ""
    took = f"{entry.milliseconds} ms" if entry.state == "executed" else ""
    return "begun" if entry.begun else _WORDS[entry.state], f"{entry.at:%Y-%m-%d %H:%M:%S}", took


def _running(entry: Entry) -> str:
    return f"Version{entry.number}, since {entry.at:%Y-%m-%d %H:%M:%S}"


def _failure(entry: Entry) -> str:
    if entry.stands_half:
        return f"At {entry.at:%Y-%m-%d %H:%M:%S}: {how_to_go_on(entry)}"
    then = "./opensky migrate up runs it again" if entry.begun else "mend the file, then run ./opensky migrate up"
    return f"Version{entry.number} at {entry.at:%Y-%m-%d %H:%M:%S}: {entry.error}; nothing of it stands: {then}"
