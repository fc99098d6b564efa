"""Reading the log of a run: lines that programs like are made ones that people like."""

from typing import Any

import msgspec

_KNOWN = {"timestamp", "level", "event", "program", "pid", "job", "run", "asked_by", "exception"}
"""What each line of a run says alike, or what stands elsewhere in a line."""


def readable(log: str) -> str:
    """Return a log of JSON lines as the time, the level, what happened and the facts; whatever else was written stays as it is."""
    return "\n".join(map(_line, log.splitlines()))


def _line(line: str) -> str:
    try:
        said = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError):
        return line
    facts = "  ".join(f"{name}={value}" for name, value in said.items() if name not in _KNOWN)
    head = f"{str(said.get('timestamp', ''))[11:19]}  {said.get('level', ''):<7}  {said.get('event', '')}"
    trace = said.get("exception") or ""
    return "\n".join(each for each in (f"{head}  {facts}".rstrip(), str(trace)) if each)
