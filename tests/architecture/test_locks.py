"""The lock files pin everything by hash, name no address, and agree with each other and with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOP, TEST, IMPORTS = "requirements.lock", "requirements-test.lock", "requirements-imports.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def plain(name: str) -> str:
    """A package's name, however it is spelled."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(lock: str) -> dict[str, str]:
    """The version of each package in a lock."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
    return {plain(name): version for name, version in found}


@pytest.mark.parametrize("lock", [SHOP, TEST, IMPORTS])
def test_every_package_of_a_lock_has_hashes_and_none_an_address(lock: str) -> None:
    """A changed file is refused, and any mirror serves."""
    text = (ROOT / lock).read_text("utf-8")
    entries = re.split(
        r"^(?=[A-Za-z0-9])", "\n".join(x for x in text.splitlines() if not x.startswith("#")), flags=re.MULTILINE
    )

    assert [entry for entry in entries if entry.strip() and "--hash=sha256:" not in entry] == []
    assert "://" not in text


@pytest.mark.parametrize("lock", [TEST, IMPORTS])
def test_the_larger_locks_hold_what_a_shop_runs_on_in_the_same_versions(lock: str) -> None:
    """What was tested is what runs."""
    assert pinned(SHOP).items() <= pinned(lock).items()


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        (SHOP, PROJECT["dependencies"]),
        (TEST, PROJECT["optional-dependencies"]["test"]),
        (IMPORTS, PROJECT["optional-dependencies"]["imports"]),
    ],
)
def test_what_the_project_asks_for_is_locked(lock: str, wanted: list[str]) -> None:
    """A new dependency comes with its lock."""
    names = {plain(re.split(r"[\[<>=!~ ]", each)[0]) for each in wanted}

    assert names - pinned(lock).keys() == set()
