"""What happens to one request, in one thread from its cookie to its last byte."""

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from time import perf_counter
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import msgspec
from dishka import Container

from opensky.kernel.clock import Clock
from opensky.kernel.doing import NOW
from opensky.kernel.errors import Denied, LoginRequired, Refusal, TooMany
from opensky.kernel.signed import CALLBACKS, ID, SIGNATURE, TIMESTAMP, Seal, WrongSignature
from opensky.logs import failure, security
from opensky.persistence import ConnectionLost, Deadlock
from opensky.settings import Settings
from opensky.stats import Stats
from opensky.web import cookies as names
from opensky.web.access import Access
from opensky.web.answer import Answer, Stream
from opensky.web.assets import Assets
from opensky.web.csrf import FIELD, HEADER, Forged
from opensky.web.exchange import REQUEST_ID, Exchange
from opensky.web.headers import NO_STORE, REVALIDATE, Headers, SecurityHeaders, page_policy
from opensky.web.identities import Identities
from opensky.web.incoming import Incoming
from opensky.web.problems import PROBLEM, Problem, problem_for, problem_of
from opensky.web.responses import Download, Framed, Json, Live, Page, Redirect
from opensky.web.routing import Route, Signed
from opensky.web.signing import Signer
from opensky.web.stats import count_answer
from opensky.web.streaming import EventStream, Streams
from opensky.web.telling import begin_request, told
from opensky.web.templates import Templates
from opensky.web.visitor import Visitor

_JSON_TYPE = (b"content-type", b"application/json")
_PROBLEM_TYPE = (b"content-type", PROBLEM.encode())
_FLASH_SECONDS = 120
_FOR_PROGRAMS = ("/api/", "/callbacks/")
_LONGEST_FLASH = 600
_GOOD, _BAD = "+", "-"
"""How a sealed flash begins: whether it is a problem is as little the visitor's to write as its text."""


class Frame(Protocol):
    """What every page shows around its own content; made for each page by the container."""

    def context(self) -> Mapping[str, Any]:
        """Return values for the templates; those of the page win."""


class Kernel:
    """Answers requests. One for the process; knows no route of its own."""

    def __init__(
        self,
        settings: Settings,
        container: Container,
        identities: Identities,
        templates: Templates,
        assets: Assets,
        frame: type[Frame] | None = None,
        stats: Stats | None = None,
    ) -> None:
        self.assets = assets
        self.streams = Streams()
        self._container = container
        self._identities = identities
        self._templates = templates
        self._security = SecurityHeaders(settings)
        self._flash = Signer(settings.secret_key, "flash")
        self._seals: dict[str, Seal] = {}
        self._secret_key, self._clock = settings.secret_key, container.get(Clock)
        self._frame = frame
        self._stats = stats or Stats()
        self._sticky = settings.replica_sticky_seconds
        self._encoder = msgspec.json.Encoder(enc_hook=_encode)

    def answer(
        self,
        route: Route,
        controller: type,
        method: str,
        incoming: Incoming,
        arguments: dict[str, Any],
        later: Callable[..., None] | None = None,
    ) -> Answer:
        """Answer a request to a route. Whatever goes wrong becomes an answer, too.

        Once more, if the database let this one go in favour of another, or went away, and nothing had been committed.

        ``later`` takes what is still to be done when the answer is made: the event loop, which must not wait for a writer's
        turn, has it done in a thread.
        """
        if not self._stats.sends:
            return self._answered(route, controller, method, incoming, arguments, later)
        began = perf_counter()
        answer = self._answered(route, controller, method, incoming, arguments, later)
        count_answer(self._stats, route.method, route.path, answer.status, (perf_counter() - began) * 1000)
        return answer

    def _answered(
        self,
        route: Route,
        controller: type,
        method: str,
        incoming: Incoming,
        arguments: dict[str, Any],
        later: Callable[..., None] | None,
    ) -> Answer:
        try:
            exchange = self._exchange(route, incoming)
        except Exception as error:  # noqa: BLE001 - the edge: nothing may pass
            return self.refuse(incoming, error)
        began, before = perf_counter(), NOW.set(exchange)
        span = begin_request(route, exchange)
        try:
            answer = self._tried(route, controller, method, exchange, arguments)
            told(route, exchange, answer, (perf_counter() - began) * 1000, span)
            return answer
        finally:
            NOW.reset(before)
            exchange.close()
            if exchange.stale and later is not None:
                later(self._touch, exchange)
            elif exchange.stale:
                self._touch(exchange)

    def _tried(
        self, route: Route, controller: type, method: str, exchange: Exchange, arguments: dict[str, Any]
    ) -> Answer:
        try:
            try:
                return self._serve(route, controller, method, exchange, arguments)
            except (Deadlock, ConnectionLost):
                if not exchange.start_again():
                    raise
            return self._serve(route, controller, method, exchange, arguments)
        except Exception as error:  # noqa: BLE001 - the edge: nothing may pass
            exchange.cookies.drop()
            return self._failed(exchange, error, api=route.kind in {"api", "callback"})

    def plainly(self, serve: Callable[[Incoming], Answer], incoming: Incoming) -> Answer:
        """Answer with what ``serve`` makes: a file, or a word of health, without visitor or controller."""
        try:
            return serve(incoming)
        except Exception as error:  # noqa: BLE001 - the edge: nothing may pass
            return self.refuse(incoming, error)

    def refuse(self, incoming: Incoming, error: Exception, problem: Problem | None = None) -> Answer:
        """Answer a request that reached no controller: no such route, or not what the route takes."""
        api = incoming.path.startswith(_FOR_PROGRAMS)
        try:
            exchange = self._identities.anonymous(incoming) if api else self._identities.by_cookie(incoming)
        except Exception as broken:  # noqa: BLE001 - without its database the shop still says what is wrong
            error, exchange = broken, self._identities.anonymous(incoming)
        before = NOW.set(exchange)
        try:
            return self._failed(exchange, error, api=api, problem=problem)
        finally:
            NOW.reset(before)
            exchange.close()

    def _exchange(self, route: Route, incoming: Incoming) -> Exchange:
        if route.kind == "api":
            return self._identities.by_token(incoming)
        if route.kind == "callback":
            return self._identities.anonymous(incoming)
        return self._identities.by_cookie(incoming)

    def _serve(
        self, route: Route, controller: type, method: str, exchange: Exchange, arguments: dict[str, Any]
    ) -> Answer:
        self._admit(route, exchange)
        exchange.writes = route.method != "GET"
        if route.kind == "action":
            self._check_form(exchange, arguments)
        elif route.kind == "callback":
            call = arguments["call"] = self._checked(route.by, exchange.incoming)
            exchange.noted |= {"actor": "bus" if route.by == CALLBACKS else route.by, "message": call.id}
        with self._container({Exchange: exchange, Visitor: exchange.visitor}) as scope:
            result = getattr(scope.get(controller), method)(**arguments)
            answer = (
                self._json(route, result) if route.kind in {"api", "callback"} else self._page(exchange, result, scope)
            )
            if exchange.unit_of_work is not None and exchange.writes:
                exchange.unit_of_work.commit()
        if exchange.writes and route.kind == "action":
            exchange.wrote(self._sticky)
        answer.headers.extend(exchange.headers)
        answer.headers.extend(exchange.cookies.headers())
        if exchange.named:
            answer.headers.append((REQUEST_ID, exchange.request_id.encode()))
        return answer

    def _admit(self, route: Route, exchange: Exchange) -> None:
        visitor = exchange.visitor
        if route.access in {Access.PUBLIC, Access.SIGNED}:
            return
        visitor.require_member()
        if route.access is Access.STAFF and not visitor.is_staff:
            raise Denied("This is for staff only.")
        if route.kind == "api" and route.method != "GET" and visitor.scope == "read":
            raise Denied("This token may only read; make one that may write on your account page.")

    def _check_form(self, exchange: Exchange, arguments: dict[str, Any]) -> None:
        incoming = exchange.incoming
        form = incoming.form()
        exchange.visitor.csrf.check(form.get(FIELD, "") or incoming.header(HEADER))
        if "form" in arguments:
            arguments["form"] = form

    def _checked(self, by: str, incoming: Incoming) -> Signed:
        if by not in self._seals:
            self._seals[by] = Seal(self._secret_key, by, self._clock)
        id_, timestamp, signature = (incoming.header(name.lower().encode()) for name in (ID, TIMESTAMP, SIGNATURE))
        self._seals[by].check(id_, timestamp, signature, incoming.body)
        return Signed(id_, incoming.body)

    def _json(self, route: Route, result: Any) -> Answer:
        if result is None:
            return Answer(204, [*self._security.api])
        if isinstance(result, Json):
            extra = [(k.lower().encode(), v.encode("latin-1")) for k, v in result.headers.items()]
            return Answer(result.status, [*self._security.api, _JSON_TYPE, *extra], self._encoder.encode(result.data))
        return Answer(route.status, [*self._security.api, _JSON_TYPE], self._encoder.encode(result))

    def _page(self, exchange: Exchange, result: Any, scope: Container) -> Answer:
        if isinstance(result, Redirect):
            if result.flash:
                sealed = self._flash.seal((_BAD if result.problem else _GOOD) + result.flash[:_LONGEST_FLASH])
                exchange.cookies.set(names.FLASH, sealed, _FLASH_SECONDS)
            return Answer(303, [*self._security.page, NO_STORE, (b"location", result.path.encode("ascii"))])
        if isinstance(result, Download):
            return self._download(result)
        if isinstance(result, Live):
            return EventStream([*self._security.api], result.source, self.streams)
        if isinstance(result, Framed):
            html = (b"content-type", b"text/html; charset=utf-8")
            return Answer(200, [*self._security.framed, NO_STORE, html], result.html.encode())
        if not isinstance(result, Page):
            message = f"A page or an action returns Page or Redirect, not {type(result).__qualname__}."
            raise TypeError(message)
        around = scope.get(self._frame).context() if self._frame is not None else {}
        return self._rendered(exchange, result, around)

    def _download(self, file: Download) -> Answer:
        headers: Headers = [
            *self._security.file,
            NO_STORE,
            (b"content-type", file.kind.encode()),
            (b"content-disposition", f'attachment; filename="{file.name}"'.encode("ascii")),
        ]
        return Answer(200, headers, file.body) if isinstance(file.body, bytes) else Stream(headers, file.body)

    def _rendered(self, exchange: Exchange, page: Page, around: Mapping[str, Any]) -> Answer:
        flash, problem = self._taken_flash(exchange)
        context = {"flash": flash, "flash_problem": problem, **around, **page.context}
        text, nonce = self._templates.render(page.template, exchange, context)
        private = exchange.visitor.session_id or page.status != HTTPStatus.OK
        headers: Headers = [*self._security.page, page_policy(nonce), NO_STORE if private else REVALIDATE]
        headers.extend((k.lower().encode(), v.encode("latin-1")) for k, v in page.headers.items())
        return Answer(page.status, headers, text.encode())

    def _taken_flash(self, exchange: Exchange) -> tuple[str, bool]:
        sealed = exchange.incoming.cookies.get(exchange.cookies.name(names.FLASH), "")
        if not sealed:
            return "", False
        exchange.cookies.clear(names.FLASH)
        opened = self._flash.open(sealed)
        return opened[1:], opened.startswith(_BAD)

    def _failed(self, exchange: Exchange, error: Exception, *, api: bool, problem: Problem | None = None) -> Answer:
        if isinstance(error, LoginRequired) and not api and exchange.incoming.method in {"GET", "HEAD"}:
            return self._to_log_in(exchange.incoming.target)
        if isinstance(error, LoginRequired) and not api:
            return self._to_log_in(_referring_page(exchange.incoming), enhanced=exchange.incoming.enhanced)
        if problem is None:
            problem = self._problem(exchange, error)
        if api:
            headers = [*self._security.api, _PROBLEM_TYPE]
            if problem.status == HTTPStatus.UNAUTHORIZED:
                signed = isinstance(error, WrongSignature)
                headers.append((b"www-authenticate", SIGNATURE.encode() if signed else b"Bearer"))
            answer = Answer(problem.status, headers, self._encoder.encode(problem))
        else:
            answer = self._error_page(exchange, problem)
        if exchange.named:
            answer.headers.append((REQUEST_ID, exchange.request_id.encode()))
        if problem.retry_after:
            answer.headers.append((b"retry-after", str(problem.retry_after).encode()))
        return answer

    def _problem(self, exchange: Exchange, error: Exception) -> Problem:
        incoming, visitor = exchange.incoming, exchange.visitor
        if not isinstance(error, Refusal):
            problem = problem_for(500)
            problem.id = secrets.token_hex(6)
            about = {"method": incoming.method, "path": incoming.path, "member": visitor.member_id}
            failure(error, id=problem.id, **about)
            return problem
        if isinstance(error, Denied | TooMany | WrongSignature):
            kind = "web.forged" if isinstance(error, Forged | WrongSignature) else "web.denied"
            security(kind, path=incoming.path, member=visitor.member_id, address=visitor.address, **error.data)
        return problem_of(error, reads=incoming.method in {"GET", "HEAD"})

    def _error_page(self, exchange: Exchange, problem: Problem) -> Answer:
        message = problem.detail + (f" Number of the error: {problem.id}." if problem.id else "")
        page = Page("error.html", status=problem.status, title=problem.title, message=message, way_out="/")
        page.context["status"] = problem.status
        try:
            answer = self._rendered(exchange, page, {})
        except Exception as broken:  # noqa: BLE001 - an error page that fails must still be an answer
            failure(broken, path=exchange.incoming.path)
            plain = (b"content-type", b"text/plain; charset=utf-8")
            return Answer(problem.status, [*self._security.api, plain], message.encode())
        answer.headers.extend(exchange.cookies.headers())
        return answer

    def _to_log_in(self, target: str, *, enhanced: bool = False) -> Answer:
        location = f"/log-in?next={quote(target, safe='')}".encode("ascii")
        if enhanced:  # htmx would follow a redirect and look in vain for the part of the page that it wanted
            return Answer(200, [*self._security.page, NO_STORE, (b"hx-redirect", location)])
        return Answer(303, [*self._security.page, NO_STORE, (b"location", location)])

    def _touch(self, exchange: Exchange) -> None:
        """Note the session's use; the answer is made, so that nobody waits for it but this thread."""
        try:
            self._identities.touch(exchange.token_hash)
        except Exception as error:  # noqa: BLE001 - a missing note harms nobody
            failure(error, path=exchange.incoming.path)


def _referring_page(incoming: Incoming) -> str:
    """Return the page that held the form, where a visitor wants to be again after logging in."""
    parts = urlsplit(incoming.header(b"referer"))
    if parts.netloc != incoming.header(b"host"):
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


def _encode(value: Any) -> Any:
    message = f"{type(value).__qualname__} cannot be written as JSON; return a msgspec struct."
    raise NotImplementedError(message)
