"""The shape that ARCHITECTURE.md promises: features in order, repositories behind managers, short files, words at doors."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

LONGEST_FILE = 400
LONGEST_FUNCTION = 60

Modules = Mapping[str, ast.Module]


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the modules that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_every_feature_has_a_place_in_the_order_of_features(root: Path, modules: Modules) -> None:
    """A new folder in devo/ must say, in pyproject.toml, what it may know."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [features] = [c for c in contracts if c["name"].startswith("Features of DEVO")]
    declared = set(re.findall(r"opensky\.devo\.(\w+)", " ".join(features["layers"])))

    assert {path.split("/")[1] for path in modules if re.match(r"devo/\w+/[a-z]", path)} <= declared


def test_a_repository_is_opened_by_its_own_feature_alone(modules: Modules) -> None:
    """Another feature asks the manager, who keeps the rules."""
    strangers = [
        (path, name)
        for path, tree in modules.items()
        if path.startswith("devo/")
        for name in imported(tree)
        if (found := re.fullmatch(r"opensky\.devo\.(\w+)\.repository", name)) and found[1] != path.split("/")[1]
    ]

    assert strangers == []


def test_files_are_short(root: Path) -> None:
    """A reader keeps a file in the head; a longer one wants to be two."""
    paths = [*(root / "src").rglob("*.py"), *(root / "tests").rglob("*.py")]
    lengths = {str(p.relative_to(root)): len(p.read_text("utf-8").splitlines()) for p in paths}

    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_are_short(modules: Modules) -> None:
    """A function that does not fit on a screen does more than one thing."""
    long = {
        f"{path}:{node.name}": length
        for path, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }

    assert long == {}


def test_every_module_says_what_it_is_for(modules: Modules) -> None:
    """An empty __init__ says nothing and needs no words."""
    assert [path for path, tree in modules.items() if tree.body and not ast.get_docstring(tree)] == []


DOORS = re.compile(r"(manager|events|gateway|objects|settings|clock|__init__)\.py|kernel/\w+\.py|events/\w+\.py")


def public(tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the public classes and functions of a module, and the public methods of classes that promise something."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef) and (node.name.endswith("Manager") or _is_port(node)):
                yield from (m for m in node.body if isinstance(m, ast.FunctionDef) and not m.name.startswith("_"))


def _is_port(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def test_doors_have_words(modules: Modules) -> None:
    """Ports, managers, events, objects and the kernel each say what they promise."""
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules.items()
        if DOORS.search(path)
        for node in public(tree)
        if not ast.get_docstring(node)
    ]

    assert silent == []


# Written in pieces, so that this file does not name what it forbids.
FORBIDDEN = re.compile(
    "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", r"(?<![\w.-])/" + "work/", "/" + "root/"))
)
TEXT = {".py", ".md", ".toml", ".txt", ".lock", ".html", ".css", ".js", ".json", ".yml", ".yaml", ".sh", ""}


def test_no_file_names_a_package_registry_or_a_path_of_one_machine(root: Path) -> None:
    """A checkout works wherever it is, with whatever registry is configured there."""
    folders = ("src", "tests", "docs", "adr", "bench", "migrations", ".ci")
    # What a test run with coverage leaves behind names paths of its machine, and is in no commit.
    paths = [p for p in root.iterdir() if p.is_file() and not p.name.startswith(".coverage")] + [
        p for f in folders for p in (root / f).rglob("*") if p.is_file()
    ]

    assert [
        str(p.relative_to(root))
        for p in paths
        if p.suffix in TEXT and "__pycache__" not in p.parts and FORBIDDEN.search(p.read_text("utf-8", "ignore"))
    ] == []


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "misc"])
def test_no_module_is_a_drawer_for_everything(word: str, modules: Modules) -> None:
    """A name says what is inside."""
    assert [path for path in modules if word in Path(path).with_suffix("").parts] == []
