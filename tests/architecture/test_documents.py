"""Features ask documents through the document doors alone, so that these may live in any store."""

import ast
import importlib
from collections.abc import Iterator, Mapping

from opensky.mapping import describe

FEATURES = ("devo/", "importing/", "demo/")


def tables(path: str, tree: ast.Module) -> Iterator[tuple[str, str, type | None]]:
    """Yield (path, argument, class) of each ``table(...)``; the class is ``None`` where only the run can tell it."""
    module = importlib.import_module("opensky." + path.removesuffix(".py").replace("/", "."))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "table":
            named = ast.unparse(node.args[0])
            found = getattr(module, named, None)
            yield path, named, found if isinstance(found, type) else None


def test_no_feature_speaks_sql_about_documents(modules: Mapping[str, ast.Module]) -> None:
    """The table of a collection is there in one kind of store only. Ask with a DocumentQuery, ``find`` or ``documents``."""
    asked = [each for path, tree in modules.items() if path.startswith(FEATURES) for each in tables(path, tree)]

    assert [(path, name) for path, name, cls in asked if cls and describe(cls).store == "documents"] == []


def test_every_table_of_a_feature_is_named_where_it_is_used(modules: Mapping[str, ast.Module]) -> None:
    """So that the test above sees it; the demo shop alone writes rows of whatever class it is given."""
    asked = [each for path, tree in modules.items() if path.startswith(FEATURES) for each in tables(path, tree)]

    assert [(path, name) for path, name, cls in asked if cls is None] == [("demo/loading.py", "cls")]
