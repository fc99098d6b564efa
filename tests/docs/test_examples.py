"""The documentation is true: its examples run, its commands exist, its table of settings is the real one."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from opensky.settings import Settings, reference, sentences

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    page
    for page in (
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "docs").glob("**/*.md")),
        *sorted((ROOT / "adr").glob("*.md")),
    )
    if page.name != "CHANGELOG.md"
]
SYBIL = Sybil(parsers=[PythonCodeBlockParser()], path=str(ROOT))


def name(page: Path) -> str:
    """A page as a reader calls it."""
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [p for p in PAGES if "```python" in p.read_text("utf-8")], ids=name)
def test_the_python_examples_of_a_page_run_from_top_to_bottom(page: Path) -> None:
    """Each block goes on where the one before ended."""
    for example in SYBIL.parse(page).examples():
        example.evaluate()


def links(page: Path) -> Iterator[str]:
    """Yield the links of a page to files of the checkout."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"", text):
        link = "".join(target).split("#")[0]
        if link and not re.match(r"[a-z]+:", link):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_links_of_a_page_lead_to_files_that_are_there(page: Path) -> None:
    """A moved file takes its readers along."""
    assert [link for link in links(page) if not (page.parent / link).exists()] == []


def test_every_page_can_be_found_from_the_first_one() -> None:
    """Under "Where to read on" in the README."""
    named = set(links(ROOT / "README.md"))
    assert [name(page) for page in sorted((ROOT / "docs").glob("*.md")) if name(page) not in named] == []


def commands() -> list[str]:
    """All commands of the launcher that a page names, without options: ``import follows``."""
    found = set()
    for page in PAGES:
        found |= set(re.findall(r"\./opensky((?: [a-z][a-z-]+\b(?![./]))+)", page.read_text("utf-8")))
    return sorted(command.strip() for command in found)


def test_every_command_that_a_page_names_exists() -> None:
    """What a reader copies works: the command line knows the words."""
    known = subprocess.run(
        [sys.executable, "-m", "opensky.cli", "--help"], capture_output=True, text=True, check=True
    ).stdout

    first_words = {command.split()[0] for command in commands()}
    assert sorted(word for word in first_words if not re.search(rf"^\W*{word}\b", known, re.MULTILINE)) == []


def test_every_setting_has_a_sentence() -> None:
    """A setting that nobody explains is one that nobody dares to change."""
    explained = sentences()

    assert [f.name for f in fields(Settings) if not explained.get(f.name, "").endswith(".")] == []


def test_the_table_of_settings_is_the_real_one() -> None:
    """If this fails: put what ``opensky.settings.reference()`` returns into docs/settings.md."""
    assert reference() in (ROOT / "docs" / "settings.md").read_text("utf-8")


def test_the_example_of_a_settings_file_is_one(tmp_path: Path) -> None:
    """Every key of it exists and has the right kind."""
    [example] = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "settings.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "opensky.toml").write_text(example)

    settings = Settings.load({"OPENSKY_DATA": str(tmp_path)})

    assert {key: getattr(settings, key) for key in tomllib.loads(example)} == tomllib.loads(example)
    assert settings.secure_cookies is True
