"""Webhooks in the admin: making, changing and looking at endpoints, and what each was told."""

from datetime import timedelta
from urllib.parse import urlencode

import msgspec

from opensky.devo.admin.acts import note
from opensky.devo.admin.lists import PAGE, Asked, filters
from opensky.devo.admin.newest import Newest
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.views import Insider
from opensky.devo.storefront.views import AdminAction, AdminRow
from opensky.devo.webhooks.asking import number
from opensky.devo.webhooks.deliveries import DeliveryManager
from opensky.devo.webhooks.manager import WebhookManager, Wishes
from opensky.devo.webhooks.objects import HOUSE, STATES, WebhookEndpoint
from opensky.devo.webhooks.telling import LIKELY, OF_ORDERS, OF_PRODUCTS, TOLD, EventTold
from opensky.devo.webhooks.views import AttemptShown, DeliveryShown, EndpointShown, Last
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_WEBHOOKS = "/admin/webhooks"
_ONE = f"{_WEBHOOKS}/{{webhook:str}}"
_LOG = f"{_ONE}/deliveries/{{delivery:str}}"
_LONGEST_HOURS = 720
_SHOWN_EVENTS = 3


class WebhookAdmin:
    """Endpoints of insiders."""

    def __init__(
        self,
        webhooks: WebhookManager,
        deliveries: DeliveryManager,
        sellers: SellerManager,
        newest: Newest,
        visitor: Visitor,
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._sellers = sellers
        self._newest = newest
        self._visitor = visitor

    @page(_WEBHOOKS, access=access.STAFF)
    def list(self, seller: str = "", state: str = "", before: str = "") -> Page:
        """List endpoints: all, those of one insider, those in a state."""
        asked = Asked.read(seller, state, before, ("active", "disabled"))
        insider = self._sellers.shown(asked.words) if asked.words else None
        of = insider.id if insider is not None else 0
        found = self._webhooks.all(asked.before, PAGE, seller_id=of, state=asked.state)
        names = {each.id: each for each in self._sellers.shown_by_ids([each.seller_id for each in found.entries])}
        return Page(
            "admin/webhooks.html",
            here=_WEBHOOKS,
            seller=insider,
            states=filters(("active", "disabled"), asked.state),
            rows=[_row(each, names.get(each.seller_id)) for each in found.entries],
            older=found.older or "",
            query=_query(seller=asked.words, state=asked.state),
        )

    @page(f"{_WEBHOOKS}/new", access=access.STAFF)
    def new(self, seller: str = "") -> Page:
        """Show the form of a new endpoint."""
        return _form({"seller": seller, "url": "https://", "description": ""}, [LIKELY], {})

    @action(f"{_WEBHOOKS}/new", access=access.STAFF)
    def create(self, form: Form) -> Page:
        """Make an endpoint for an insider, or for the shop itself, and show its secret, this once."""
        typed = {name: form.text(name) for name in ("seller", "url", "description")}
        chosen = form.many("events")
        try:
            owner = self._sellers.by_slug(typed["seller"]).id if typed["seller"].strip() else HOUSE
            made = self._webhooks.create(owner, typed["url"], chosen, typed["description"])
        except NotFound:
            return _form(typed, chosen, {"seller": "There is no insider of that name."})
        except Conflict as error:
            return _form(typed, chosen, {"seller": error.message})
        except Invalid as error:
            return _form(typed, chosen, error.by_field())
        note(self._visitor, "make webhook", made.id)
        return _secret(made, self._webhooks.secret(made))

    @page(_ONE, access=access.STAFF)
    def show(self, webhook: str, state: str = "", before: str = "") -> Page:
        """Show an endpoint with its log."""
        endpoint = self._webhooks.shown(number(webhook))
        asked = Asked.read("", state, before, STATES)
        found = self._deliveries.log(endpoint.id, asked.before, PAGE, asked.state)
        last = self._deliveries.last_tries(found.entries)
        return Page(
            "admin/webhook.html",
            here=_WEBHOOKS,
            endpoint=endpoint,
            seller=None if endpoint.seller_id == HOUSE else self._sellers.shown_by_id(endpoint.seller_id),
            states=filters(STATES, asked.state),
            log=[_line(each, last.get(each.id)) for each in found.entries],
            older=found.older or "",
            query=_query(state=asked.state),
            actions=_actions(endpoint),
            history=self._newest.table(WebhookEndpoint, endpoint.id),
            history_path=self._newest.path(WebhookEndpoint, endpoint.id),
        )

    @page(f"{_ONE}/edit", access=access.STAFF)
    def edit_form(self, webhook: str) -> Page:
        """Show what can be changed."""
        return _form_of(self._webhooks.shown(number(webhook)))

    @action(f"{_ONE}/edit", access=access.STAFF)
    def edit(self, webhook: str, form: Form) -> Page | Redirect:
        """Change address, words or events; a form that is older than the endpoint is refused."""
        endpoint = self._webhooks.get(number(webhook))
        if form.number("version", -1) != endpoint.version:
            return _form_of(endpoint, stale=True)
        typed = {name: form.text(name) for name in ("url", "description")}
        chosen = form.many("events")
        try:
            self._webhooks.edit(endpoint, Wishes(**typed, events=chosen))
        except Invalid as error:
            return _form(typed, chosen, error.by_field(), endpoint)
        return self._done(endpoint, "edit webhook", "Saved.")

    @action(f"{_ONE}/rotate", access=access.STAFF)
    def rotate(self, webhook: str, form: Form) -> Page:
        """Change the secret, and show the new one, this once."""
        endpoint = self._webhooks.get(number(webhook))
        secret = self._webhooks.rotate(endpoint)
        note(self._visitor, "change webhook secret", endpoint.id)
        return _secret(endpoint, secret, rotated=True)

    @action(f"{_ONE}/enable", access=access.STAFF)
    def enable(self, webhook: str, form: Form) -> Redirect:
        """Tell it again what happens."""
        endpoint = self._webhooks.get(number(webhook))
        self._webhooks.enable(endpoint)
        return self._done(
            endpoint, "enable webhook", "From now on it is told again. What it has missed can be sent again."
        )

    @action(f"{_ONE}/disable", access=access.STAFF)
    def disable(self, webhook: str, form: Form) -> Redirect:
        """Tell it nothing any more."""
        endpoint = self._webhooks.get(number(webhook))
        self._webhooks.disable(endpoint)
        return self._done(endpoint, "disable webhook", "It is told nothing more.")

    @page(f"{_ONE}/delete", access=access.STAFF)
    def ask(self, webhook: str) -> Page:
        """Ask once more."""
        endpoint = self._webhooks.shown(number(webhook))
        return Page("admin/webhook_delete.html", here=_WEBHOOKS, endpoint=endpoint, path=f"{_WEBHOOKS}/{endpoint.id}")

    @action(f"{_ONE}/delete", access=access.STAFF)
    def delete(self, webhook: str, form: Form) -> Redirect:
        """Delete it, and its log."""
        self._webhooks.delete(self._webhooks.get(number(webhook)))
        note(self._visitor, "delete webhook", webhook)
        return Redirect(_WEBHOOKS, flash="The webhook is deleted.")

    def _done(self, endpoint: WebhookEndpoint, act: str, flash: str) -> Redirect:
        note(self._visitor, act, endpoint.id)
        return Redirect(f"{_WEBHOOKS}/{endpoint.id}", flash=flash)


class DeliveryAdmin:
    """What an endpoint was told."""

    def __init__(self, webhooks: WebhookManager, deliveries: DeliveryManager, visitor: Visitor, clock: Clock) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._visitor = visitor
        self._clock = clock

    @page(_LOG, access=access.STAFF)
    def show(self, webhook: str, delivery: str) -> Page:
        """Show what was sent, and each try."""
        endpoint = self._webhooks.shown(number(webhook))
        found = self._deliveries.shown(number(delivery), endpoint.id)
        headers = {"content-type": "application/json", "webhook-id": str(found.id)}
        return Page(
            "admin/webhook_delivery.html",
            here=_WEBHOOKS,
            endpoint=endpoint,
            delivery=found,
            sent={**headers, "webhook-timestamp": "at each try", "webhook-signature": "v1, at each try"},
            body=msgspec.json.format(found.body, indent=2),
            tries=[_try(each) for each in self._deliveries.tries(found.id)],
        )

    @action(f"{_LOG}/replay", access=access.STAFF)
    def replay(self, webhook: str, delivery: str, form: Form) -> Redirect:
        """Send it again."""
        path = f"{_WEBHOOKS}/{number(webhook)}/deliveries/{number(delivery)}"
        try:
            self._deliveries.replay(self._deliveries.get(number(delivery), number(webhook)))
        except Conflict as error:
            return Redirect(path, flash=error.message, problem=True)
        note(self._visitor, "replay webhook", delivery)
        return Redirect(path, flash="It is sent again.")

    @action(f"{_ONE}/recover", access=access.STAFF)
    def recover(self, webhook: str, form: Form) -> Redirect:
        """Send again what was missed of late."""
        hours = max(1, min(form.number("hours", 24), _LONGEST_HOURS))
        try:
            again = self._deliveries.recover(
                self._webhooks.get(number(webhook)), self._clock.now() - timedelta(hours=hours)
            )
        except Conflict as error:
            return Redirect(f"{_WEBHOOKS}/{number(webhook)}", flash=error.message, problem=True)
        note(self._visitor, "recover webhook", webhook)
        return Redirect(f"{_WEBHOOKS}/{number(webhook)}", flash=f"{again} are sent again.")

    @action(f"{_ONE}/ping", access=access.STAFF)
    def ping(self, webhook: str, form: Form) -> Redirect:
        """Send a test."""
        endpoint = self._webhooks.get(number(webhook))
        sent = self._deliveries.ping(endpoint)
        note(self._visitor, "ping webhook", webhook)
        return Redirect(
            f"{_WEBHOOKS}/{endpoint.id}/deliveries/{sent.id}", flash="A test is on its way; look again in a moment."
        )


def _row(endpoint: EndpointShown, seller: Insider | None) -> AdminRow:
    told = ", ".join(endpoint.events[:_SHOWN_EVENTS]) + (" …" if len(endpoint.events) > _SHOWN_EVENTS else "")
    state = f"{endpoint.state}: {endpoint.reason}" if endpoint.reason else endpoint.state
    cells = [
        endpoint.url,
        seller.name if seller else "the shop itself",
        state,
        told,
        endpoint.failing_since,
        endpoint.created_at,
    ]
    return AdminRow(cells, f"{_WEBHOOKS}/{endpoint.id}")


def _line(delivery: DeliveryShown, last: Last | None) -> AdminRow:
    answer, ms = _answer(last.status, last.error) if last else "", last.ms if last and last.status is not None else None
    cells = [delivery.event, delivery.state, answer, ms, delivery.tries, delivery.next_at, delivery.created_at]
    return AdminRow(cells, f"{_WEBHOOKS}/{delivery.endpoint_id}/deliveries/{delivery.id}")


def _try(attempt: AttemptShown) -> AdminRow:
    ms = attempt.ms if attempt.status is not None else None
    answer = _answer(attempt.status, "")
    return AdminRow([attempt.number, attempt.at, answer, ms, attempt.error, attempt.answer, attempt.url])


def _answer(status: int | None, error: str) -> str:
    if status is None:
        return "under way"
    return str(status) if status else error or "none"


def _actions(endpoint: EndpointShown) -> list[AdminAction]:
    path = f"{_WEBHOOKS}/{endpoint.id}"
    switch = ("disable", "Disable") if endpoint.state == "active" else ("enable", "Enable")
    acts = (("ping", "Send a test"), ("rotate", "Change the secret"), switch)
    return [AdminAction(f"{path}/{act}", label) for act, label in acts]


def _form(
    typed: dict[str, str],
    chosen: list[str],
    errors: dict[str, str],
    endpoint: WebhookEndpoint | EndpointShown | None = None,
) -> Page:
    back = f"{_WEBHOOKS}/{endpoint.id}" if endpoint is not None else _WEBHOOKS
    return Page(
        "admin/webhook_form.html",
        status=422 if errors else 200,
        here=_WEBHOOKS,
        title="Edit webhook" if endpoint is not None else "Make a webhook",
        path=f"{back}/edit" if endpoint is not None else f"{_WEBHOOKS}/new",
        back=back,
        typed=typed,
        chosen=chosen,
        groups=_groups(),
        errors=errors,
        hidden={"version": str(endpoint.version)} if endpoint is not None else {},
        stale=False,
        is_new=endpoint is None,
    )


def _form_of(endpoint: WebhookEndpoint | EndpointShown, *, stale: bool = False) -> Page:
    made = _form({"url": endpoint.url, "description": endpoint.description}, endpoint.events, {}, endpoint)
    made.context["stale"] = stale
    made.status = 422 if stale else 200
    return made


def _groups() -> dict[str, list[EventTold]]:
    groups: dict[str, list[EventTold]] = {"Orders": [], "Products": [], "Themselves": []}
    for each in TOLD:
        heading = "Orders" if each.name in OF_ORDERS else "Products" if each.name in OF_PRODUCTS else "Themselves"
        groups[heading].append(each)
    return groups


def _secret(endpoint: WebhookEndpoint, secret: str, *, rotated: bool = False) -> Page:
    path = f"{_WEBHOOKS}/{endpoint.id}"
    return Page("admin/webhook_secret.html", here=_WEBHOOKS, path=path, secret=secret, rotated=rotated)


def _query(**asked: str) -> str:
    found = {name: value for name, value in asked.items() if value}
    return urlencode(found) + "&" if found else ""
