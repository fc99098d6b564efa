"""The marks of a route. They only note what a method answers to; ``web.adapter`` makes the route of it.

A controller is a plain class whose constructor names what it needs; it is made anew for each request.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from opensky.kernel.errors import Misconfigured, Refusal
from opensky.kernel.signed import CALLBACKS
from opensky.web.access import Access

F = TypeVar("F", bound=Callable[..., Any])
Kind = Literal["page", "action", "api", "callback"]
_MARK = "__routes__"
FORM_LIMIT = 64 * 1024
BODY_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Route:
    """What one method answers to, and for whom."""

    kind: Kind
    method: str
    path: str
    access: Access
    status: int = 0
    summary: str = ""
    raises: tuple[type[Refusal], ...] = ()
    tag: str = ""
    limit: int = FORM_LIMIT
    quick: bool = False
    by: str = ""
    """Of a callback: the purpose of the key that it is signed with."""
    unless: tuple[str, ...] = ()
    """Parameters with which it is not quick after all: words to search for, for instance."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a callback brought, after its signature was checked: its id, and the body as it came."""

    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class FromHeader:
    """Marks a parameter that comes in a header: ``key: Annotated[str, FromHeader("Idempotency-Key")]``."""

    name: str


def page(path: str, *, access: Access, quick: bool = False, unless: Sequence[str] = ()) -> Callable[[F], F]:
    """Answer GET with a ``Page`` or a ``Redirect``. A page never writes: what it changes is rolled back.

    ``quick`` says that it asks a few questions that an index answers, and nothing that can wait: over an embedded database
    it is then answered without going to a thread. With one of the parameters ``unless`` it is not.
    """
    return _marking(Route("page", "GET", path, access, quick=quick, unless=tuple(unless)))


def action(path: str, *, access: Access, limit: int = FORM_LIMIT) -> Callable[[F], F]:
    """Answer a form's POST, checked against forgery, with a ``Redirect`` (303) or a ``Page``.

    The unit of work is committed when the method returns, and rolled back when it raises. ``limit`` is the largest body.
    """
    return _marking(Route("action", "POST", path, access, limit=limit))


def callback(path: str, *, by: str = CALLBACKS, limit: int = BODY_LIMIT) -> Callable[[F], F]:
    """Answer a POST of another process of this shop, or of the partner ``by`` whom it is signed, for which the method takes ``call: Signed``; it returns ``Json`` or ``None``.

    Its signature is checked before the method is called; session, cookies and tokens count for nothing. Refusals are
    problem+json. The unit of work is committed when the method returns, and rolled back when it raises.
    """
    return _marking(Route("callback", "POST", path, Access.SIGNED, 200, limit=limit, by=by))


class _Api:
    """Marks methods that answer programs with JSON. Cookies count for nothing here; a bearer token does."""

    def get(
        self,
        path: str,
        *,
        access: Access,
        summary: str = "",
        raises: Sequence[type[Refusal]] = (),
        tag: str = "",
        quick: bool = False,
        unless: Sequence[str] = (),
    ) -> Callable[[F], F]:
        """Answer GET with what the method returns, as JSON; ``quick`` and ``unless`` are those of ``page``."""
        route = Route("api", "GET", path, access, 200, summary, tuple(raises), tag, quick=quick, unless=tuple(unless))
        return _marking(route)

    def post(
        self,
        path: str,
        *,
        access: Access,
        status: int = 201,
        summary: str = "",
        raises: Sequence[type[Refusal]] = (),
        tag: str = "",
        limit: int = BODY_LIMIT,
    ) -> Callable[[F], F]:
        """Answer POST; the parameter ``data`` is the decoded body. A method that returns ``None`` answers 204."""
        return _marking(Route("api", "POST", path, access, status, summary, tuple(raises), tag, limit))

    def put(
        self, path: str, *, access: Access, summary: str = "", raises: Sequence[type[Refusal]] = (), tag: str = ""
    ) -> Callable[[F], F]:
        """Answer PUT; calling it twice must be the same as once."""
        return _marking(Route("api", "PUT", path, access, 200, summary, tuple(raises), tag, BODY_LIMIT))

    def patch(
        self, path: str, *, access: Access, summary: str = "", raises: Sequence[type[Refusal]] = (), tag: str = ""
    ) -> Callable[[F], F]:
        """Answer PATCH."""
        return _marking(Route("api", "PATCH", path, access, 200, summary, tuple(raises), tag, BODY_LIMIT))

    def delete(
        self, path: str, *, access: Access, summary: str = "", raises: Sequence[type[Refusal]] = (), tag: str = ""
    ) -> Callable[[F], F]:
        """Answer DELETE."""
        return _marking(Route("api", "DELETE", path, access, 200, summary, tuple(raises), tag, BODY_LIMIT))


api = _Api()


def routes_of(controller: type) -> Iterator[tuple[str, Route]]:
    """Yield (method name, route) of every marked method of a controller class, inherited ones included.

    Raises:
        Misconfigured: the class has no marked method.
    """
    found = False
    for name in dir(controller):
        for route in getattr(getattr(controller, name), _MARK, ()):
            found = True
            yield name, route
    if not found:
        message = f"{controller.__qualname__} has no route; mark a method with @page, @action, @callback or @api.get."
        raise Misconfigured(message)


def _marking(route: Route) -> Callable[[F], F]:
    if not route.path.startswith("/"):
        message = f"The path of a route starts with a slash, not {route.path!r}."
        raise Misconfigured(message)

    def mark(method: F) -> F:
        setattr(method, _MARK, (*getattr(method, _MARK, ()), route))
        return method

    return mark
