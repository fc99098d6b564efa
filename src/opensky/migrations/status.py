"""Where a database stands: which versions it has, which it lacks, and what a person means by ``next`` or ``latest``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opensky.migrations.errors import BadVersion, NotPossible
from opensky.migrations.record import UNDOING, Entry
from opensky.migrations.versions import PREFIX, Version, number_of


@dataclass(frozen=True, slots=True)
class Status:
    """The versions of the folder beside the record of the database."""

    versions: Sequence[Version]
    recorded: Mapping[str, Entry]

    def has(self, version: Version) -> bool:
        """Whether the database has a version."""
        entry = self.recorded.get(version.number)
        return entry is not None and entry.counts

    @property
    def executed(self) -> list[Version]:
        """The versions that the database has, oldest first."""
        return [v for v in self.versions if self.has(v)]

    @property
    def missing(self) -> list[Version]:
        """The versions that the database lacks, oldest first; a failed one is among them."""
        return [v for v in self.versions if not self.has(v)]

    @property
    def unknown(self) -> list[Entry]:
        """What is recorded, but has no file in the folder."""
        known = {v.number for v in self.versions}
        return [entry for number, entry in self.recorded.items() if number not in known]

    @property
    def failed(self) -> list[Entry]:
        """What stopped at an error and was not run again since."""
        return [entry for entry in self.recorded.values() if not entry.counts]

    @property
    def current(self) -> str:
        """The newest version that the database has, or nothing."""
        return max((n for n, e in self.recorded.items() if e.counts), default="")

    @property
    def latest(self) -> str:
        """The newest version of the folder, or nothing."""
        return self.versions[-1].number if self.versions else ""

    def version(self, name: str) -> Version:
        """Return the version of the folder that a person names.

        Raises:
            BadVersion: there is none.
        """
        number = number_of(name)
        for each in self.versions:
            if each.number == number:
                return each
        raise BadVersion(f"There is no {PREFIX}{number} in the folder; migrate list shows what there is.")

    def to_go_up(self, to: str) -> list[Version]:
        """Return what to run so that the database has everything up to ``to``: a version, ``next`` or ``latest``."""
        if to == "latest":
            return self.missing
        if to == "next":
            return self.missing[:1]
        last = self.version(to).number
        return [v for v in self.missing if v.number <= last]

    def to_go_down(self, to: str) -> list[Version]:
        """Return what to undo, newest first, so that nothing newer than ``to`` is left: a version, ``prev`` or ``first``."""
        newest_first = self.executed[::-1]
        if to == "first":
            return newest_first
        if to == "prev":
            return newest_first[:1]
        return [v for v in newest_first if v.number > self.version(to).number]

    def refuse_if_half(self) -> None:
        """Raise ``NotPossible`` while a part of a failed version stands: only a person can say what comes next."""
        for entry in self.failed:
            if entry.stands_half:
                raise NotPossible(how_to_go_on(entry))


def how_to_go_on(entry: Entry) -> str:
    """Return what a person does about a version that stopped half way."""
    number = entry.number
    if entry.begun:
        stopped = (
            f"was killed half way: its first {entry.statements} statements stand, and this one was running, so look whether "
            f"it stands, too: {entry.stopped_at}."
        )
    else:
        stopped = (
            f"stopped half way: its first {entry.statements} statements stand, and this one failed: "
            f"{entry.stopped_at or 'none'} ({entry.error.removeprefix(UNDOING)})."
        )
    if entry.undoing:
        return (
            f"{PREFIX}{number}, while it was undone, {stopped} This database cannot undo changes of tables. "
            f"Either undo the rest by hand (migrate execute {number} --down --dry-run shows the statements), and forget it: "
            f"migrate version {number} --delete; or make again by hand what is gone, then: migrate version {number} --add."
        )
    return (
        f"{PREFIX}{number} {stopped} "
        "This database cannot undo changes of tables. Either finish it by hand and record it: "
        f"migrate version {number} --add; or undo by hand what stands (migrate execute {number} --down --dry-run shows the "
        f"statements), then: migrate version {number} --delete, and migrate up."
    )
