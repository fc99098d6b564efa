"""The source, read once, for tests about it."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def modules() -> Mapping[str, ast.Module]:
    """Syntax trees of the package by path below it, such as ``devo/orders/manager.py``."""
    source = ROOT / "src" / "opensky"
    return {str(p.relative_to(source)): ast.parse(p.read_text("utf-8")) for p in sorted(source.rglob("*.py"))}
