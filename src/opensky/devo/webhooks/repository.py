"""Every question that is asked about webhooks. Lists go by id, newest first."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from opensky.devo.follows.objects import FollowerCount
from opensky.devo.orders.objects import OrderLine
from opensky.devo.webhooks.objects import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from opensky.devo.webhooks.views import AttemptShown, DeliveryInFull, DeliveryShown, EndpointShown, Last, Target
from opensky.kernel.ids import LAST, first_id_at
from opensky.persistence import Command, Query, Reader, UnitOfWork, table

_endpoints, _deliveries, _attempts = table(WebhookEndpoint), table(WebhookDelivery), table(WebhookAttempt)
_lines, _followers = table(OrderLine), table(FollowerCount)

_TARGET = select(*(_endpoints.c[name] for name in Target._fields))
_OF_SELLER = Query(
    _TARGET.where(_endpoints.c.seller_id == bindparam("seller_id"), _endpoints.c.state == "active"), Target
)
_OF_ORDER = Query(
    _TARGET.where(
        _endpoints.c.state == "active",
        _endpoints.c.seller_id.in_(select(_lines.c.seller_id).where(_lines.c.order_id == bindparam("order_id"))),
    ),
    Target,
)
_ONE_TARGET = Query(_TARGET.where(_endpoints.c.id == bindparam("id")), Target)
_FOLLOWERS = Query(select(_followers.c.followers).where(_followers.c.seller_id == bindparam("seller_id")), int)

_SHOWN = select(*(_endpoints.c[name] for name in EndpointShown._fields)).where(_endpoints.c.state != "deleted")
_SHOWN_OF = Query(
    _SHOWN.where(_endpoints.c.seller_id == bindparam("seller_id")).order_by(_endpoints.c.id), EndpointShown
)
_SHOWN_ONE = Query(_SHOWN.where(_endpoints.c.id == bindparam("id")), EndpointShown)
_SHOWN_ALL = Query(
    _SHOWN.where(
        _endpoints.c.id < bindparam("before"),
        or_(bindparam("state") == "", _endpoints.c.state == bindparam("state")),
        or_(bindparam("seller_id") == 0, _endpoints.c.seller_id == bindparam("seller_id")),
    )
    .order_by(_endpoints.c.id.desc())
    .limit(bindparam("limit")),
    EndpointShown,
)
_LOG = (
    select(*(_deliveries.c[name] for name in DeliveryShown._fields))
    .where(_deliveries.c.endpoint_id == bindparam("endpoint_id"), _deliveries.c.id < bindparam("before"))
    .order_by(_deliveries.c.id.desc())
    .limit(bindparam("limit"))
)
_DELIVERY = Query(
    select(*(_deliveries.c[name] for name in DeliveryInFull._fields)).where(_deliveries.c.id == bindparam("id")),
    DeliveryInFull,
)
_DELIVERIES = Query(_LOG, DeliveryShown)
_DELIVERIES_IN = Query(_LOG.where(_deliveries.c.state == bindparam("state")), DeliveryShown)
_TRIES = Query(
    select(*(_attempts.c[name] for name in AttemptShown._fields))
    .where(_attempts.c.delivery_id == bindparam("delivery_id"))
    .order_by(_attempts.c.number),
    AttemptShown,
)
_LAST = Query(
    select(*(_attempts.c[name] for name in Last._fields))
    .join(_deliveries, and_(_deliveries.c.id == _attempts.c.delivery_id, _deliveries.c.tries == _attempts.c.number))
    .where(_deliveries.c.id.in_(bindparam("ids", expanding=True))),
    Last,
)
_LEFT = Query(
    select(_deliveries.c.id)
    .where(
        _deliveries.c.endpoint_id == bindparam("endpoint_id"),
        _deliveries.c.state.in_(("failed", "dropped")),
        _deliveries.c.id >= bindparam("since"),
    )
    .order_by(_deliveries.c.id)
    .limit(bindparam("limit")),
    int,
)
_OLD = Query(
    select(_deliveries.c.id)
    .where(
        _deliveries.c.endpoint_id == bindparam("endpoint_id"),
        _deliveries.c.id < bindparam("before"),
        _deliveries.c.state != "waiting",
    )
    .order_by(_deliveries.c.id)
    .limit(bindparam("limit")),
    int,
)

_FAIL = Command(
    update(_endpoints)
    .where(_endpoints.c.id == bindparam("which"))
    .values(
        failures=_endpoints.c.failures + 1,
        failing_since=func.coalesce(
            _endpoints.c.failing_since, bindparam("now", type_=_endpoints.c.failing_since.type)
        ),
    )
)
_SUCCEED = Command(
    update(_endpoints)
    .where(_endpoints.c.id == bindparam("which"), _endpoints.c.failures > 0)
    .values(failures=0, failing_since=None)
)
_FORGET = Command(delete(_deliveries).where(_deliveries.c.id == bindparam("which")))
_FORGET_TRIES = Command(delete(_attempts).where(_attempts.c.delivery_id == bindparam("which")))


class WebhookRepository:
    """Finds endpoints, deliveries and tries."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def add(self, kept: WebhookEndpoint | WebhookDelivery | WebhookAttempt) -> None:
        """Keep a new one."""
        self._unit.persist(kept)

    def endpoint(self, endpoint_id: int) -> WebhookEndpoint | None:
        """Which endpoint, to be changed?"""
        return self._unit.get(WebhookEndpoint, endpoint_id)

    def delivery(self, delivery_id: int) -> WebhookDelivery | None:
        """Which delivery, to be changed?"""
        return self._unit.get(WebhookDelivery, delivery_id)

    def attempt(self, delivery_id: int, number: int) -> WebhookAttempt | None:
        """Which try of a delivery, to be completed?"""
        return self._unit.get(WebhookAttempt, delivery_id, number)

    def targets_of_seller(self, seller_id: int) -> list[Target]:
        """Which endpoints of this insider are told anything? Asked in the transaction of what happened."""
        return self._unit.fetch(_OF_SELLER, seller_id=seller_id)

    def targets_of_order(self, order_id: int) -> list[Target]:
        """Which endpoints belong to insiders who have a line of this order?"""
        return self._unit.fetch(_OF_ORDER, order_id=order_id)

    def target(self, endpoint_id: int) -> Target | None:
        """Where is this endpoint, and how does it stand just now?"""
        return self._unit.fetch_one(_ONE_TARGET, id=endpoint_id)

    def lines(self, order_id: int, seller_ids: Sequence[int]) -> list[OrderLine]:
        """What have these insiders in this order?"""
        asked = {"order_id": order_id, "seller_id": {"$in": list(seller_ids)}}
        return self._unit.find(OrderLine, asked, sort=("position",))

    def followers(self, seller_id: int) -> int:
        """How many follow this insider, with what was just done?"""
        return self._unit.fetch_one(_FOLLOWERS, seller_id=seller_id) or 0

    def shown(self, endpoint_id: int) -> EndpointShown | None:
        """Which endpoint, to be looked at?"""
        return self._reader.fetch_one(_SHOWN_ONE, id=endpoint_id)

    def shown_of(self, seller_id: int) -> list[EndpointShown]:
        """Which endpoints has this insider?"""
        return self._reader.fetch(_SHOWN_OF, seller_id=seller_id)

    def number_of(self, seller_id: int) -> int:
        """How many endpoints has this insider, with what was just made?"""
        return len(self._unit.fetch(_SHOWN_OF, seller_id=seller_id))

    def shown_all(self, seller_id: int, state: str, before: int, limit: int) -> list[EndpointShown]:
        """Which endpoints are there, of an insider or of all (0), in a state or in any (empty)?"""
        return self._reader.fetch(_SHOWN_ALL, seller_id=seller_id, state=state, before=before, limit=limit)

    def deliveries(self, endpoint_id: int, state: str, before: int, limit: int) -> list[DeliveryShown]:
        """What was this endpoint told, in a state or in any (empty)?"""
        if state:
            return self._reader.fetch(_DELIVERIES_IN, endpoint_id=endpoint_id, state=state, before=before, limit=limit)
        return self._reader.fetch(_DELIVERIES, endpoint_id=endpoint_id, before=before, limit=limit)

    def shown_delivery(self, delivery_id: int) -> DeliveryInFull | None:
        """Which delivery, to be looked at?"""
        return self._reader.fetch_one(_DELIVERY, id=delivery_id)

    def last_tries(self, delivery_ids: Sequence[int]) -> dict[int, Last]:
        """What did the newest try of each of these come to?"""
        found = self._reader.fetch(_LAST, ids=list(delivery_ids)) if delivery_ids else []
        return {each.delivery_id: each for each in found}

    def tries(self, delivery_id: int) -> list[AttemptShown]:
        """How often was it tried, and what came of it?"""
        return self._reader.fetch(_TRIES, delivery_id=delivery_id)

    def left_since(self, endpoint_id: int, since: datetime, limit: int) -> list[int]:
        """What has this endpoint missed since then, the oldest first?"""
        return self._unit.fetch(_LEFT, endpoint_id=endpoint_id, since=first_id_at(since), limit=limit)

    def fail(self, endpoint_id: int, now: datetime) -> None:
        """Count a try that failed; two at once are both counted."""
        self._unit.run(_FAIL, which=endpoint_id, now=now)

    def succeed(self, endpoint_id: int) -> None:
        """Forget the tries that failed; costs nothing lasting where there were none."""
        self._unit.run(_SUCCEED, which=endpoint_id)

    def forget(self, delivery_ids: Sequence[int]) -> None:
        """Remove deliveries with their tries."""
        if delivery_ids:
            self._unit.flush()
            rows = [{"which": each} for each in delivery_ids]
            self._unit.run(_FORGET_TRIES, *rows)
            self._unit.run(_FORGET, *rows)

    def forget_before(self, endpoint_id: int, before: datetime | None, limit: int) -> int:
        """Remove the oldest deliveries that wait for nothing, made before then or ever; return how many."""
        until = first_id_at(before) if before is not None else LAST
        old = self._unit.fetch(_OLD, endpoint_id=endpoint_id, before=until, limit=limit)
        self.forget(old)
        return len(old)
