"""The embedded post: letters as files of a folder, one a letter, to be read by any mail program and at ``/dev/mail``."""

import contextlib
import os
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

NAME = "mail"
"""Name of the folder, in that of the data."""
ENDING = ".eml"


class MailFolder:
    """Puts letters into a folder. The name of a file is the id of its letter, so that a letter is there once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def hand_over(self, id_: int, message: EmailMessage, to: str) -> str:
        """Write the letter, whole or not at all; one that is there already stays as it is."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self._place(id_)
        if place.exists():
            return f"in {place.name} before"
        draft = place.with_suffix(f".{os.getpid()}.draft")
        try:
            with draft.open("wb") as file:
                file.write(bytes(message))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        finally:
            with contextlib.suppress(FileNotFoundError):
                draft.unlink()
        return f"in {place.name}"

    def newest(self, limit: int) -> Iterator[int]:
        """Yield the ids of the letters, the newest first."""
        names = (path.stem for path in self.path.glob(f"*{ENDING}")) if self.path.is_dir() else iter(())
        yield from sorted((int(name) for name in names if name.isdecimal()), reverse=True)[:limit]

    def read(self, id_: int) -> bytes | None:
        """Return a letter as it lies there; ``None`` if there is none."""
        try:
            return self._place(id_).read_bytes()
        except FileNotFoundError:
            return None

    def close(self) -> None:
        """Do nothing: no file is left open."""

    def _place(self, id_: int) -> Path:
        return self.path / f"{id_}{ENDING}"
