"""Applications for tests: one that no other test uses any more is given the next shop, since making the routes anew takes longer."""

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import CodeType

from dishka import Container
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from litestar import Litestar

from opensky.persistence import Database
from opensky.settings import Settings
from opensky.web.app import build, furnish
from opensky.web.kernel import Frame

_at_rest: dict[Hashable, list[Litestar]] = {}


class _Compiled(BytecodeCache):
    """Keeps compiled templates in memory: compiling them is most of what a page costs the first time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if its template was compiled before."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in the bucket."""
        self._kept[bucket.key, bucket.checksum] = bucket.code


@contextmanager
def application(
    settings: Settings,
    container: Container,
    controllers: Sequence[type],
    *,
    templates: Sequence[Path] = (),
    static: Sequence[Path] = (),
    frame: type[Frame] | None = None,
) -> Iterator[Litestar]:
    """Give the application of a shop, for as long as the block lasts; it is nobody else's meanwhile."""
    # What the routes themselves are made of; everything else is the shop's own each time.
    routes = (*controllers, None, *templates, None, *static, frame, container.get(Database).embedded)
    at_rest = _at_rest.setdefault(routes, [])
    if at_rest:
        app = at_rest.pop()
        furnish(app, settings, container)
    else:
        app = build(settings, container, controllers, templates=templates, static=static, frame=frame)
        app.state.assembly = replace(app.state.assembly, compiled=_Compiled())
    try:
        yield app
    finally:
        app.state.pool.close()
        at_rest.append(app)
