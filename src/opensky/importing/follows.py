"""``opensky import follows FILE``: a social graph becomes members, insiders and follows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct
from rich.console import Console

from opensky.devo.follows import counters
from opensky.devo.follows.objects import Follow
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.sellers import search
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.importing import graphs, ids, names
from opensky.importing.graphs import Edge, Found, Skipped
from opensky.importing.loading import Batch, Loading, Step, whole
from opensky.importing.pictures import draw, maker_picture
from opensky.importing.report import IMPORTED, NOTED, Refused, Report
from opensky.importing.wording import SHELVES, slug
from opensky.kernel.errors import Misconfigured
from opensky.persistence import Bulk, Database, DocumentQuery, Param, insert_ignore, table
from opensky.settings import Settings

LINES = 20_000
_KNOWN = 1_000_000
"""How many ids are remembered as written; beyond it the database is asked again, so that memory stays bounded."""
_ASKED = 500
_THERE = "follows there already"


class _Known(Struct):
    """Somebody who is there already."""

    id: int


_THESE: dict[type, DocumentQuery[_Known]] = {
    cls: DocumentQuery(cls, {"id": {"$in": Param("ids")}}, into=_Known) for cls in (Member, Seller)
}


def run(
    database: Database, settings: Settings, path: Path, *, name: str = "", console: Console | None = None
) -> Report:
    """Import a graph, or go on where an earlier run was cut off.

    ``name`` tells graphs apart whose numbers mean other people; it is the file's name if not given. The same graph in a
    changed file is read anew: what is there already is left as it is.

    Raises:
        Misconfigured: the file cannot be read, or holds no graph.
        Conflict: another process is importing the same graph.
    """
    graph = slug(name or path.name.split(".")[0])[:40]
    loading = Loading(database, f"follows {graph}", _fingerprint(path), settings.data / "imports", console)
    with loading.opened():
        work = _Work(graph, path, loading)
        steps = [
            Step("pictures", 1, whole(lambda: draw(settings.data / "media"))),
            Step("follows", None, work.follows),
            Step("counters", 1, whole(lambda: counters.rebuild(database))),
            Step("search", 1, whole(lambda: search.rebuild(database))),
        ]
        return loading.run(steps)


def fitted(report: Report) -> bool:
    """Whether anything in the file was a follow, new or known."""
    return bool(report.imported.get("follows") or report.noted.get(_THERE))


def _fingerprint(path: Path) -> str:
    if not path.is_file():
        message = f"There is no file {path}."
        raise Misconfigured(message, path=str(path))
    digest = blake2b(b"follows 1", digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class People:
    """Names and ids of the people of one graph. Who is both member and insider has one name, and two accounts."""

    graph: str
    day: int

    def member(self, number: int, joined_at: datetime) -> Member:
        """Make the member of a source; without a password, so that nobody can log in as one."""
        return Member(
            id=MemberId(ids.in_day(ids.MEMBER, self.day, number)),
            email=names.address(self.graph, number),
            name=names.person(self.graph, number),
            joined_at=joined_at,
        )

    def seller(self, number: int, joined_at: datetime) -> Seller:
        """Make the insider of a target."""
        name = names.person(self.graph, number)
        return Seller(
            id=SellerId(ids.in_day(ids.SELLER, self.day, number)),
            slug=f"{slug(name)}-{self.graph}-{number}",
            name=name,
            bio=f"Number {number} of the graph {self.graph}. The name is invented; who follows whom is real.",
            picture=maker_picture(SHELVES[number % len(SHELVES)]),
            joined_at=joined_at,
        )


class _Work:
    """The batches of the steps."""

    def __init__(self, graph: str, path: Path, loading: Loading) -> None:
        self._people = People(graph, loading.day)
        self._path = path
        self._undated: datetime = loading.started_at
        self._known: dict[type, set[int]] = {Member: set(), Seller: set()}

    def follows(self, position: int) -> Iterator[Batch]:
        rest = graphs.read(self._path, position)
        while found := list(islice(rest, LINES)):
            yield self._batch(found)

    def _batch(self, found: list[Found]) -> Batch:
        edges = [f for f in found if isinstance(f, Edge)]
        refused = [f for f in found if isinstance(f, Refused)]
        skipped = Counter(f"{NOTED}skipped: {f.why}" for f in found if isinstance(f, Skipped))
        last = found[-1]
        return Batch(
            position=last.where if isinstance(last, Refused) else last.line,
            write=lambda bulk: self._write(bulk, edges),
            counts=skipped,
            refused=refused,
        )

    def _write(self, bulk: Bulk, edges: list[Edge]) -> Mapping[str, int]:
        if not edges:
            return {}
        sources = _first_seen((e.source, e.at or self._undated) for e in edges)
        targets = _first_seen((e.target, e.at or self._undated) for e in edges)
        members = self._missing(bulk, Member, ids.MEMBER, sources)
        sellers = self._missing(bulk, Seller, ids.SELLER, targets)
        bulk.documents(Member, (self._people.member(n, sources[n]) for n in members))
        bulk.documents(Seller, (self._people.seller(n, targets[n]) for n in sellers))
        # In the order of the key: neighbours in the file of the database are written together.
        rows = [self._row(e) for e in sorted(edges, key=lambda e: (e.source, e.target))]
        new = bulk.execute(insert_ignore(table(Follow)), rows).rowcount
        made = {IMPORTED + "members": len(members), IMPORTED + "insiders": len(sellers), IMPORTED + "follows": new}
        return made | ({NOTED + _THERE: len(edges) - new} if new < len(edges) else {})

    def _row(self, edge: Edge) -> dict[str, Any]:
        return {
            "member_id": ids.in_day(ids.MEMBER, self._people.day, edge.source),
            "seller_id": ids.in_day(ids.SELLER, self._people.day, edge.target),
            "followed_at": edge.at or self._undated,
        }

    def _missing(self, bulk: Bulk, cls: type, kind: int, numbers: Iterable[int]) -> list[int]:
        known = self._known[cls]
        if len(known) > _KNOWN:
            known.clear()
        asked = [n for n in numbers if n not in known]
        there: set[int] = set()
        for start in range(0, len(asked), _ASKED):
            some = [ids.in_day(kind, self._people.day, n) for n in asked[start : start + _ASKED]]
            there.update(each.id for each in bulk.read(_THESE[cls], ids=some))
        known.update(asked)
        return [n for n in asked if ids.in_day(kind, self._people.day, n) not in there]


def _first_seen(seen: Iterable[tuple[int, datetime]]) -> dict[int, datetime]:
    """Return each number once, with the earliest time beside it."""
    first: dict[int, datetime] = {}
    for number, at in seen:
        first[number] = min(at, first.get(number, at))
    return first
