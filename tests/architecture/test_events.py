"""Every event is declared by a constant of its name, and happens somewhere."""

import importlib
import re
from pathlib import Path

from opensky.devo.model import MODEL
from opensky.events import declarations

SOURCE = Path(__file__).resolve().parents[2] / "src" / "opensky"
EVENTS = sorted(SOURCE.rglob("events.py"))


def constants() -> dict[str, tuple[str, Path]]:
    """Return each declared name with the constant that holds it and the file that declares it."""
    found = {}
    for path in EVENTS:
        module = importlib.import_module(".".join(("opensky", *path.relative_to(SOURCE).with_suffix("").parts)))
        for constant, name in re.findall(
            r'^([A-Z_]+)(?:: EventName)? = declare\(\s*"([^"]+)"', path.read_text(), re.MULTILINE
        ):
            assert getattr(module, constant) == name
            found[name] = (constant, path)
    return found


def test_the_constant_of_an_event_is_its_name() -> None:
    """Who reads SELLER_FOLLOW knows seller.follow."""
    assert {name: constant for name, (constant, _) in constants().items()} == {
        name: name.upper().replace(".", "_") for name in constants()
    }


def test_every_declaration_is_a_constant_of_its_feature() -> None:
    """Nothing is declared in passing: statistics, rules and documentation find all events in the files of that name."""
    declared = {
        name for _, path in constants().values() for name in re.findall(r"declare\(\s*[\"']([^\"']+)", path.read_text())
    }
    elsewhere = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if path not in EVENTS
        and path.parent.name != "events"
        and re.search(r"(?<![.\w])declare\(", path.read_text("utf-8"))
    ]

    assert declared == constants().keys()
    assert elsewhere == []


def test_events_are_about_objects_that_are_kept() -> None:
    """The subject of an event of the shop can be read again by its id, at the other end of a queue."""
    ours = [d for d in declarations() if d.name in constants()]

    assert [d.name for d in ours if d.subject is not None and d.subject not in MODEL] == []


def test_every_event_happens_somewhere() -> None:
    """An event that nobody raises would be a promise that nobody keeps."""
    code = {path: path.read_text("utf-8") for path in SOURCE.rglob("*.py")}

    unraised = [
        name
        for name, (constant, home) in constants().items()
        if not any(re.search(rf"\b{constant}\b", text) for path, text in code.items() if path != home)
    ]

    assert unraised == []
