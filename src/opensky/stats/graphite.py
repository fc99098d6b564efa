"""Graphite's interfaces on a store: ``/render``, ``/metrics/find``, ``/metrics/expand``, ``/functions``; for Grafana and scripts.

It asks nobody who they are, so it listens on loopback unless told otherwise; whoever lets others in puts a proxy before it.
"""

import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import structlog

from opensky.stats import pictures
from opensky.stats.described import described, grouped
from opensky.stats.events import Events
from opensky.stats.every_function import FUNCTIONS, Many, Request, evaluate
from opensky.stats.moments import moment, zone_of
from opensky.stats.patterns import TooMany
from opensky.stats.series import REDUCE, Series, consolidated
from opensky.stats.store import Store
from opensky.stats.tagged import by_tag, completions
from opensky.stats.targets import WrongTarget, read_target

_LOG = structlog.get_logger()
MOST_BYTES = 1_000_000
"""Bytes of a form that is sent to ``/render``."""
_LONGEST_NUMBER = 18
"""Digits: more of them count nothing that there is."""
_PICTURES = {"svg": "image/svg+xml", "png": "image/png"}
_JSON, _TEXT = "application/json", "text/plain; charset=utf-8"

Query = Mapping[str, Sequence[str]]
Answer = tuple[str, bytes]


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
            "/events": self._events,
            "/events/get_data": self._events,
            "/tags": self._tags,
            "/tags/findSeries": self._tagged,
            "/tags/autoComplete/tags": self._completed_tags,
            "/tags/autoComplete/values": self._completed_values,
        }
        self.events = Events(store.marks, clock)

    def answer(self, path: str, query: Query) -> Answer | None:
        """Return the type and body of an answer, or nothing where there is no such route.

        Raises:
            WrongTarget: what was asked for cannot be read or drawn.
        """
        path = path.rstrip("/")
        if path.startswith("/events/") and path not in self._routes:
            mark = self.events.one(path.removeprefix("/events/"))
            return (_JSON, msgspec.json.encode(mark)) if mark else None
        if path.startswith("/functions/"):
            name = path.removeprefix("/functions/")
            return (_JSON, msgspec.json.encode(described(name))) if name in FUNCTIONS else None
        route = self._routes.get(path)
        return route(query) if route else None

    def series(self, targets: Sequence[str], since: str = "-24h", until: str = "now", zone: tzinfo = UTC) -> Many:
        """Return what targets are in a stretch of time."""
        now = int(self._clock())
        request = Request(self._store, moment(since, now, zone), moment(until, now, zone), now)
        if request.since >= request.until:
            raise WrongTarget(f"It begins ({since}) when it has ended ({until}).")
        return [series for target in targets for series in evaluate(read_target(target), request)]

    def _render(self, query: Query) -> Answer:
        since, until = _one(query, "from", "-24h"), _one(query, "until", "now")
        found = self.series(query.get("target", ()), since, until, zone_of(_one(query, "tz", "UTC")))
        form = _one(query, "format", "json")
        if form in _PICTURES:
            return self._drawn(form, found, query, since, until)
        if most := _one(query, "maxDataPoints", ""):
            found = [_fewer(each, max(1, _number(most))) for each in found]
        if form == "csv":
            return "text/csv; charset=utf-8", _csv(found)
        if form == "raw":
            return _TEXT, _raw(found)
        if form != "json":
            raise WrongTarget(f"It can be drawn as json, csv, raw, svg or png, not as {form!r}.")
        gaps = _one(query, "noNullPoints", "").lower() != "true"
        # One by one: as lists, points take many times the room that they have as text.
        return _JSON, b"[" + b",".join(msgspec.json.encode(_as_json(each, gaps=gaps)) for each in found) + b"]"

    def _drawn(self, form: str, found: Many, query: Query, since: str, until: str) -> Answer:
        """Return a picture; of no more points than it is wide."""
        look, now = pictures.Look.read(query), int(self._clock())
        found = [_fewer(each, look.width) for each in found]
        start, end = (moment(each, now, look.zone) for each in (since, until))
        return _PICTURES[form], pictures.draw(form, found, look, start, end)

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

    def _events(self, query: Query) -> Answer:
        return _JSON, msgspec.json.encode(self.events.listed(query))

    def _tags(self, _query: Query) -> Answer:
        return _JSON, msgspec.json.encode([{"tag": tag} for tag in completions(self._store.find_below("*"), ())])

    def _tagged(self, query: Query) -> Answer:
        return _JSON, msgspec.json.encode(by_tag(self._store.find_below("*"), query.get("expr", ())))

    def _completed_tags(self, query: Query) -> Answer:
        return self._completed(query, "", _one(query, "tagPrefix", ""))

    def _completed_values(self, query: Query) -> Answer:
        return self._completed(query, _one(query, "tag", "name"), _one(query, "valuePrefix", ""))

    def _completed(self, query: Query, tag: str, beginning: str) -> Answer:
        found = completions(self._store.find_below("*"), query.get("expr", ()), tag)
        most = _number(_one(query, "limit", "100"))
        return _JSON, msgspec.json.encode([each for each in found if each.startswith(beginning)][:most])

    def _functions(self, query: Query) -> Answer:
        group = _one(query, "group", "")
        if group or _one(query, "grouped", "").lower() in {"1", "true"}:
            found: dict[str, object] = dict(grouped(group))
        else:
            found = {name: described(name) for name in sorted(FUNCTIONS)}
        return _JSON, msgspec.json.encode(found)


class GraphiteServer(ThreadingHTTPServer):
    """Serves a store on an address; ``serve_forever`` in a thread, ``shutdown`` at the end."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], graphite: Graphite) -> None:
        self.graphite = graphite
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Log what went wrong, unless somebody only went away before the answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            _LOG.exception("stats.request_failed", client=str(client_address))


class _Handler(BaseHTTPRequestHandler):
    server: GraphiteServer
    timeout = 30
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self._welcome():
            self._answer(parse_qs(urlsplit(self.path).query, keep_blank_values=True))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or len(length) > _LONGEST_NUMBER or int(length) > MOST_BYTES:
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TEXT, b"At most a megabyte is read.\n")
            self.close_connection = True
            return
        body = self.rfile.read(int(length))
        if not self._welcome():
            return
        if urlsplit(self.path).path.rstrip("/") == "/events":
            self._note(body)
            return
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        self._answer(parse_qs(urlsplit(self.path).query, keep_blank_values=True) | form)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own
        """Say nothing: what goes wrong is logged."""

    def _welcome(self) -> bool:
        """Answer whom it does not listen to: a page of another site that a browser on this machine shows, and addresses that are none."""
        if self.headers.get("Sec-Fetch-Site") == "cross-site":
            self._say(HTTPStatus.FORBIDDEN, _TEXT, b"Pages of other sites ask nothing here.\n")
            return False
        try:
            urlsplit(self.path)
        except ValueError:
            self._say(HTTPStatus.BAD_REQUEST, _TEXT, b"This is no address.\n")
            return False
        return True

    def _note(self, body: bytes) -> None:
        """Set a mark, but not for a page of others that a browser on this machine shows."""
        origin = self.headers.get("Origin", "")
        if origin and urlsplit(origin).netloc != self.headers.get("Host", ""):
            return self._say(HTTPStatus.FORBIDDEN, _TEXT, b"Pages of others set no marks.\n")
        try:
            found = self.server.graphite.events.add(body)
        except WrongTarget as error:
            return self._say(HTTPStatus.BAD_REQUEST, _TEXT, f"{error}\n".encode())
        return self._say(HTTPStatus.OK, _JSON, msgspec.json.encode(found))

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
                HTTPStatus.NOT_FOUND,
                _TEXT,
                b"There is /render, /metrics/find, /metrics/expand, /functions, /events, /tags.\n",
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


def _one(query: Query, name: str, usual: str) -> str:
    found = query.get(name) or (usual,)
    return found[0]


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise WrongTarget(f"maxDataPoints and limit are numbers, not {text[:40]!r}.")
    return int(text)
