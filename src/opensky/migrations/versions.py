"""Version files: ``VersionYYYYMMDDHHMMSS.py`` with ``up`` and ``down``, in a folder that knows nothing of the application."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from opensky.migrations.errors import BadVersion

PREFIX = "Version"
_FILE = re.compile(r"Version(\d{14})")
_HOOKS = ("pre_up", "up", "post_up", "pre_down", "down", "post_down")


@dataclass(frozen=True, slots=True)
class Version:
    """One version: its number (the moment it was written), what it is for, and where it stands."""

    number: str
    description: str
    path: Path

    @property
    def name(self) -> str:
        """The name as people write it: ``Version20130204114559``."""
        return PREFIX + self.number

    def load(self) -> "Script":
        """Read the file and run its top level.

        Raises:
            BadVersion: it is not Python, has no ``up``, or imports the application.
        """
        tree = _parse(self.path)
        _refuse_application(tree, self.path)
        module = ModuleType(self.name)
        module.__file__ = str(self.path)
        try:
            exec(compile(tree, str(self.path), "exec"), vars(module))  # noqa: S102 - running it is what it is for
        except (Exception, SystemExit) as error:
            raise BadVersion(f"{self.path.name} cannot be loaded: {error!r}.") from error
        found = {name: vars(module)[name] for name in _HOOKS if callable(vars(module).get(name))}
        if "up" not in found:
            raise BadVersion(f"{self.path.name} has no function up(migration).")
        return Script(self, found, transactional=bool(vars(module).get("TRANSACTIONAL", True)))


@dataclass(frozen=True, slots=True)
class Script:
    """A loaded version: its functions by name, and whether it may run in a transaction."""

    version: Version
    functions: dict[str, Callable[[Any], None]]
    transactional: bool

    def steps(self, direction: str) -> list[Callable[[Any], None]]:
        """Return the functions of a direction, in order.

        Raises:
            BadVersion: it has no ``down``, so it cannot be undone.
        """
        if direction not in self.functions:
            message = (
                f"{self.version.name} has no function {direction}(migration), so it cannot be undone. "
                "Write one, or forget it by hand: version "
                f"{self.version.number} --delete."
            )
            raise BadVersion(message)
        names = (f"pre_{direction}", direction, f"post_{direction}")
        return [self.functions[n] for n in names if n in self.functions]


def versions_in(folder: Path) -> list[Version]:
    """Return the versions of a folder and the folders in it, oldest first; none where there is no folder.

    Raises:
        BadVersion: a file that looks like a version has a wrong name, is no Python, or has a number twice.
    """
    found: dict[str, Version] = {}
    for path in sorted(folder.rglob("Version*.py")):
        match = _FILE.fullmatch(path.stem)
        if match is None or not _is_moment(match[1]):
            message = (
                f"{path} is no version: its name must be VersionYYYYMMDDHHMMSS.py, such as Version20130204114559.py."
            )
            raise BadVersion(message)
        if match[1] in found:
            raise BadVersion(f"{path} and {found[match[1]].path} have the same number; give one of them another.")
        text = (ast.get_docstring(_parse(path)) or "").strip()
        found[match[1]] = Version(match[1], text.partition("\n")[0], path)
    return [found[number] for number in sorted(found)]


def number_of(name: str) -> str:
    """Return the number that a person means by ``Version20130204114559``, ``20130204114559`` or the name of the file.

    Raises:
        BadVersion: it is none of these.
    """
    number = Path(name).name.removesuffix(".py").removeprefix(PREFIX)
    if not (re.fullmatch(r"\d{14}", number) and _is_moment(number)):
        raise BadVersion(f"{name!r} is no version; one looks like 20130204114559 or Version20130204114559.")
    return number


def _is_moment(number: str) -> bool:
    try:
        datetime.strptime(number, "%Y%m%d%H%M%S")  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return False
    return True


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"), str(path))
    except (SyntaxError, UnicodeDecodeError) as error:
        raise BadVersion(f"{path} is not valid Python: {error}.") from error


def _refuse_application(tree: ast.Module, path: Path) -> None:
    """A version must run years later, and from a folder of its own: the application's code is another by then."""
    for node in ast.walk(tree):
        named = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if name := next((n for n in named if n.partition(".")[0] == "opensky"), ""):
            message = (
                f"{path.name} imports {name}. A version must run without the application's code, which will be another "
                "when it runs; use what it is handed: sql(), tables, documents()."
            )
            raise BadVersion(message)
