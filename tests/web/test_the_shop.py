"""The application that is served: what holds for every route of every feature."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

from opensky.settings import Settings
from opensky.web.access import Access
from opensky.web.templates import OWN
from opensky.wiring.features import CONTROLLERS, TEMPLATES
from opensky.wiring.web import make


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return make(Settings(data=tmp_path_factory.mktemp("data"), secret_key="k" * 64))


@pytest.fixture(scope="module")
def handlers(app: Any) -> list[Any]:
    return [h for r in app.routes for h in r.route_handlers if "OPTIONS" not in h.http_methods]


def test_every_route_has_an_access_rule(handlers: list[Any]) -> None:
    """ASVS 8.1.1: nothing is open by forgetting."""
    assert [h for h in handlers if not isinstance(h.opt.get("access"), Access)] == []


def test_what_is_for_staff_and_nothing_else_is_below_admin_and_board(handlers: list[Any]) -> None:
    """So that a rule of a proxy can guard it, too. What a screen on a wall asks for has a link of its own."""
    for handler in handlers:
        for path in handler.paths:
            below = path in {"/admin", "/board"} or path.startswith(("/admin/", "/api/v1/admin/", "/board/"))
            kiosk = path == "/board/kiosk" or path.startswith("/board/kiosk/")
            assert (handler.opt["access"] is Access.STAFF) == (below and not kiosk), path


def test_only_the_api_is_below_api(handlers: list[Any]) -> None:
    """What takes cookies answers pages, what takes tokens answers JSON."""
    own = {"/api/docs", "/api/v1/openapi.json"}
    own |= {"/unsubscribe/{link:str}"}  # mail programs post to the very address that a person opens (RFC 8058)
    for handler in handlers:
        for path in set(handler.paths) - own:
            kind = getattr(handler.opt.get("route"), "kind", "file")
            assert (kind == "api") == path.startswith("/api/"), path


def test_nothing_changes_by_get(handlers: list[Any]) -> None:
    """Unsafe methods are actions, which are checked against forgery, or API calls and signed callbacks, which take no cookies."""
    for handler in handlers:
        if not handler.http_methods <= {"GET", "HEAD"}:
            assert handler.opt["route"].kind in {"action", "api", "callback"}, handler.paths


def test_every_template_that_a_controller_names_is_there() -> None:
    """``Page("...")`` in the source of a controller."""
    there = {name for folder in (*TEMPLATES, OWN) for name in _names(folder)}
    for controller in CONTROLLERS:
        source = Path(sys.modules[controller.__module__].__file__ or "").read_text("utf-8")
        assert set(re.findall(r'Page\(\s*"([^"]+)"', source)) <= there, controller


def test_every_file_that_a_template_names_is_there() -> None:
    """``static("...")`` fails at the first rendering otherwise, which is late."""
    environment = Environment(
        loader=FileSystemLoader([*TEMPLATES, OWN]), extensions=["jinja2.ext.i18n"], autoescape=True
    )
    for folder in (*TEMPLATES, OWN):
        for name in _names(folder):
            for call in environment.parse((folder / name).read_text("utf-8")).find_all(nodes.Call):
                if isinstance(call.node, nodes.Name) and call.node.name == "static":
                    assert (OWN.parent / "static" / call.args[0].as_const()).is_file(), name


def test_a_worker_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    """Memory of the web tier: test data makers, HTTP clients, terminals and the drivers of other engines stay out."""
    code = (
        "import sys; from opensky.cli import web; from opensky.cli.programs import SHOP; web.preload(SHOP); "
        "print([m for m in ('polyfactory', 'faker', 'httpx', 'cyclopts', 'pytest', 'numpy', 'babel.messages',"
        " 'rich', 'alembic', 'pymongo', 'bson', 'psycopg', 'pymysql', 'MySQLdb',"
        " 'sqlalchemy.dialects.mysql', 'sqlalchemy.dialects.postgresql') if sys.modules.get(m)])"
    )
    environment = {"OPENSKY_DATA": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
