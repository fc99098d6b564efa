"""Graphite's interfaces on a store: ``/render``, ``/metrics/find``, ``/metrics/expand``, ``/functions``; for Grafana and scripts.

It asks nobody who they are, so it listens on loopback unless told otherwise; whoever lets others in puts a proxy before it.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import structlog

from opensky.stats import functions_choose, functions_combine, functions_transform
from opensky.stats.functions import FUNCTIONS, Many, Request, evaluate, seconds_of
from opensky.stats.patterns import TooMany
from opensky.stats.series import REDUCE, Series, consolidated
from opensky.stats.store import Store
from opensky.stats.targets import WrongTarget, read_target

_LOG = structlog.get_logger()
_MODULES = {functions_choose: "Choose", functions_combine: "Combine", functions_transform: "Transform"}
MOST_BYTES = 1_000_000
"""Bytes of a form that is sent to ``/render``."""
_DATE, _CLOCK = re.compile(r"\d{8}"), re.compile(r"(\d{1,2}):(\d{2})(?:_(\d{8}))?")
_LAST_SECOND = 4_102_444_800
_JSON, _TEXT = "application/json", "text/plain; charset=utf-8"

Query = Mapping[str, Sequence[str]]
Answer = tuple[str, bytes]


def moment(text: str, now: int) -> int:
    """Return the second, of this era, that ``-1h``, ``now-2d``, ``1360324800``, ``20130208`` or ``12:00_20130208`` is, in UTC.

    Raises:
        WrongTarget: it is none of them.
    """
    found = _moment(text, now)
    if not 0 <= found <= _LAST_SECOND:
        raise WrongTarget(f"{text!r} is before 1970 or after 2100.")
    return found


def _moment(text: str, now: int) -> int:
    given = text.strip().lower().replace(" ", "")
    if given in {"", "now"}:
        return now
    if given[:1] in "+-" or given.startswith("now"):
        span = given.removeprefix("now")
        return now + seconds_of(span) * (-1 if span[:1] == "-" else 1)
    if found := _CLOCK.fullmatch(given):
        day = _day(found[3]) if found[3] else datetime.fromtimestamp(now, UTC)
        return int(day.replace(hour=int(found[1]), minute=int(found[2]), second=0).timestamp())
    if _DATE.fullmatch(given):
        return int(_day(given).timestamp())
    if given.isdecimal():
        return int(given)
    raise WrongTarget(f"{text!r} is no moment such as -1h, now-2d, 12:00_20130208 or a second since 1970.")


class Graphite:
    """Answers Graphite's requests of a store."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._routes = {
            "/render": self._render,
            "/metrics/find": self._find,
            "/metrics/expand": self._expand,
            "/metrics/index.json": self._index,
            "/functions": self._functions,
        }

    def answer(self, path: str, query: Query) -> Answer | None:
        """Return the type and body of an answer, or nothing where there is no such route.

        Raises:
            WrongTarget: what was asked for cannot be read or drawn.
        """
        route = self._routes.get(path.rstrip("/"))
        return route(query) if route else None

    def series(self, targets: Sequence[str], since: str = "-24h", until: str = "now") -> Many:
        """Return what targets are in a stretch of time."""
        now = int(self._clock())
        request = Request(self._store, moment(since, now), moment(until, now), now)
        if request.since >= request.until:
            raise WrongTarget(f"It begins ({since}) when it has ended ({until}).")
        return [series for target in targets for series in evaluate(read_target(target), request)]

    def _render(self, query: Query) -> Answer:
        found = self.series(query.get("target", ()), _one(query, "from", "-24h"), _one(query, "until", "now"))
        if most := _one(query, "maxDataPoints", ""):
            found = [_fewer(each, max(1, _number(most))) for each in found]
        form = _one(query, "format", "json")
        if form == "csv":
            return "text/csv; charset=utf-8", _csv(found)
        if form == "raw":
            return _TEXT, _raw(found)
        if form != "json":
            raise WrongTarget(f"It can be drawn as json, csv or raw, not as {form!r}.")
        if _one(query, "noNullPoints", "").lower() == "true":
            return _JSON, msgspec.json.encode([_as_json(each, gaps=False) for each in found])
        return _JSON, msgspec.json.encode([_as_json(each) for each in found])

    def _find(self, query: Query) -> Answer:
        pattern = _one(query, "query", "*")
        depth = pattern.count(".") + 1
        leaves: dict[str, set[bool]] = {}
        for name in self._store.find_below(pattern):
            parts = name.split(".")
            leaves.setdefault(".".join(parts[:depth]), set()).add(len(parts) == depth)
        if _one(query, "format", "treejson") == "completer":
            nodes = [
                {"path": path if is_leaf else f"{path}.", "name": path.split(".")[-1], "is_leaf": str(int(is_leaf))}
                for path, kinds in sorted(leaves.items())
                for is_leaf in sorted(kinds)
            ]
            return _JSON, msgspec.json.encode({"metrics": nodes})
        return _JSON, msgspec.json.encode(
            [_node(p, is_leaf=k) for p, kinds in sorted(leaves.items()) for k in sorted(kinds)]
        )

    def _expand(self, query: Query) -> Answer:
        leaves_only = _one(query, "leavesOnly", "0") == "1"
        found: set[str] = set()
        for pattern in query.get("query", ()):
            depth = pattern.count(".") + 1
            names = self._store.find(pattern) if leaves_only else self._store.find_below(pattern)
            found.update(".".join(name.split(".")[:depth]) for name in names)
        return _JSON, msgspec.json.encode({"results": sorted(found)})

    def _index(self, _query: Query) -> Answer:
        return _JSON, msgspec.json.encode(self._store.find_below("*"))

    def _functions(self, _query: Query) -> Answer:
        return _JSON, msgspec.json.encode({name: _described(name) for name in sorted(FUNCTIONS)})


class GraphiteServer(ThreadingHTTPServer):
    """Serves a store on an address; ``serve_forever`` in a thread, ``shutdown`` at the end."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], graphite: Graphite) -> None:
        self.graphite = graphite
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: GraphiteServer
    timeout = 30
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(parse_qs(urlsplit(self.path).query, keep_blank_values=True))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TEXT, b"At most a megabyte is read.\n")
            self.close_connection = True
            return
        form = parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace"), keep_blank_values=True)
        self._answer(parse_qs(urlsplit(self.path).query, keep_blank_values=True) | form)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own
        """Say nothing: what goes wrong is logged."""

    def _answer(self, query: Query) -> None:
        try:
            found = self.server.graphite.answer(urlsplit(self.path).path, query)
        except (WrongTarget, TooMany) as error:
            return self._say(HTTPStatus.BAD_REQUEST, _TEXT, f"{error}\n".encode())
        except Exception:  # noqa: BLE001 - the edge: nothing may end the thread without an answer
            _LOG.exception("stats.render_failed", path=self.path)
            return self._say(HTTPStatus.INTERNAL_SERVER_ERROR, _TEXT, b"It went wrong; the log says more.\n")
        if found is None:
            return self._say(
                HTTPStatus.NOT_FOUND, _TEXT, b"There is /render, /metrics/find, /metrics/expand, /functions.\n"
            )
        return self._say(HTTPStatus.OK, *found)

    def _say(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)


def _fewer(series: Series, most: int) -> Series:
    if len(series.values) <= most:
        return series
    how = series.tags.get("consolidateBy", "average")
    return consolidated(series, series.step * -(-len(series.values) // most), how if how in REDUCE else "average")


def _as_json(series: Series, *, gaps: bool = True) -> dict[str, object]:
    points = [
        [value, series.start + n * series.step] for n, value in enumerate(series.values) if gaps or value is not None
    ]
    return {"target": series.name, "tags": series.tags or {"name": series.name}, "datapoints": points}


def _csv(several: Many) -> bytes:
    rows = []
    for each in several:
        name = '"' + each.name.replace('"', '""') + '"' if re.search(r'[",]', each.name) else each.name
        for n, value in enumerate(each.values):
            when = datetime.fromtimestamp(each.start + n * each.step, UTC).strftime("%Y-%m-%d %H:%M:%S")
            rows.append(f"{name},{when},{'' if value is None else repr(float(value))}\r\n")
    return "".join(rows).encode()


def _raw(several: Many) -> bytes:
    lines = []
    for each in several:
        points = ",".join("None" if v is None else repr(float(v)) for v in each.values)
        lines.append(f"{each.name},{each.start},{each.end},{each.step}|{points}\n")
    return "".join(lines).encode()


def _node(path: str, *, is_leaf: bool) -> dict[str, object]:
    inside = 0 if is_leaf else 1
    return {
        "text": path.rsplit(".", maxsplit=1)[-1],
        "id": path,
        "leaf": 1 - inside,
        "expandable": inside,
        "allowChildren": inside,
        "context": {},
    }


def _described(name: str) -> dict[str, object]:
    known = FUNCTIONS[name]
    module = next((label for module, label in _MODULES.items() if module.__name__ == known.run.__module__), "Special")
    parameters = [
        {
            "name": p.name,
            "required": p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD,
            "multiple": p.kind is p.VAR_POSITIONAL,
        }
        for p in known.parameters
    ]
    return {
        "name": name,
        "function": f"{name}({', '.join(p.name for p in known.parameters)})",
        "description": known.run.__doc__ or "",
        "group": module,
        "params": parameters,
    }


def _one(query: Query, name: str, usual: str) -> str:
    found = query.get(name) or (usual,)
    return found[0]


def _number(text: str) -> int:
    if not text.isdecimal():
        raise WrongTarget(f"maxDataPoints is a number, not {text!r}.")
    return int(text)


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise WrongTarget(f"{text!r} is no day such as 20130208.") from None
