"""Endpoints: what is refused, what a secret is, and what is left of one that is deleted."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from opensky.devo.sellers.objects import Seller
from opensky.devo.webhooks.deliveries import DeliveryManager
from opensky.devo.webhooks.manager import MOST_OF_ONE, WebhookManager, Wishes
from opensky.devo.webhooks.repository import WebhookRepository
from opensky.devo.webhooks.telling import TOLD
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Reader, UnitOfWork
from opensky.settings import Settings

URL = "https://shop.example/opensky"


def test_an_endpoint_is_made_with_a_secret_that_is_kept_nowhere(
    webhooks: WebhookManager, maya: Seller, unit: UnitOfWork, reader: Reader
) -> None:
    """Not in the row, so that who reads the database can forge nothing."""
    made = webhooks.create(maya.id, " https://shop.example/opensky ", ["order.paid", "order.paid"], "  the  till ")
    secret = webhooks.secret(made)
    unit.commit()
    [shown] = webhooks.of(maya.id)
    assert (shown.url, shown.events, shown.description, shown.state) == (URL, ["order.paid"], "the till", "active")
    assert secret.startswith("whsec_")
    assert secret not in repr([tuple(row) for row in reader.rows(text("SELECT * FROM webhook_endpoints"))])


def test_a_change_of_the_secret_gives_another_one(webhooks: WebhookManager, maya: Seller) -> None:
    """Each time."""
    made = webhooks.create(maya.id, URL, ["order.paid"])
    secrets = [webhooks.secret(made), webhooks.rotate(made), webhooks.rotate(made)]
    assert len(set(secrets)) == 3
    assert webhooks.secret(made) == secrets[-1]


@pytest.mark.parametrize(
    ("wishes", "field", "why"),
    [
        (Wishes(url="ftp://shop.example/"), "url", "must begin with https://"),
        (Wishes(url="http://169.254.169.254/"), "url", "can be called from outside"),
        (Wishes(events=[]), "events", "at least one event"),
        (Wishes(events=["order.paid", "order.eaten"]), "events", "no event order.eaten"),
        (Wishes(description="x" * 121), "description", "at most 120"),
    ],
)
def test_what_breaks_a_rule_changes_nothing(
    webhooks: WebhookManager, maya: Seller, wishes: Wishes, field: str, why: str
) -> None:
    """And the reason stands beside the field."""
    made = webhooks.create(maya.id, URL, ["order.paid"], "the till")
    with pytest.raises(Invalid, match=why) as refused:
        webhooks.edit(made, wishes)
    assert list(refused.value.by_field()) == [field]
    assert (made.url, made.events, made.description) == (URL, ["order.paid"], "the till")


def test_a_shop_on_the_network_calls_nobody_inside_of_it(
    unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, settings: Settings, maya: Seller
) -> None:
    """On the machine of a developer it may."""
    public = WebhookManager(
        WebhookRepository(unit, reader), ids, clock, replace(settings, public_url="https://shop.example")
    )
    for url in ("https://127.0.0.1/", "https://10.0.0.1/", "https://localhost/", "http://shop.example/"):
        with pytest.raises(Invalid):
            public.create(maya.id, url, ["order.paid"])
    near = WebhookManager(WebhookRepository(unit, reader), ids, clock, settings)
    assert near.create(maya.id, "http://127.0.0.1:9000", ["order.paid"]).url == "http://127.0.0.1:9000/"


def test_an_insider_has_ten_at_most(webhooks: WebhookManager, maya: Seller) -> None:
    """Deleted ones do not count."""
    made = [webhooks.create(maya.id, URL, ["order.paid"]) for _ in range(MOST_OF_ONE)]
    with pytest.raises(Conflict, match="10 webhooks already"):
        webhooks.create(maya.id, URL, ["order.paid"])
    webhooks.delete(made[0])
    webhooks.create(maya.id, URL, ["order.paid"])


def test_another_insiders_endpoint_is_not_there(webhooks: WebhookManager, maya: Seller, unit: UnitOfWork) -> None:
    """Nor one that is deleted."""
    made = webhooks.create(maya.id, URL, ["order.paid"])
    unit.commit()
    for read in (webhooks.get, webhooks.shown):
        assert read(made.id, maya.id).id == made.id
        assert read(made.id).id == made.id
        with pytest.raises(NotFound):
            read(made.id, maya.id + 1)
    webhooks.delete(made)
    unit.commit()
    for read in (webhooks.get, webhooks.shown):
        with pytest.raises(NotFound):
            read(made.id, maya.id)


def test_of_a_deleted_endpoint_nothing_is_left_but_its_id(
    webhooks: WebhookManager, deliveries: DeliveryManager, maya: Seller, unit: UnitOfWork
) -> None:
    """Its log goes, too; but for what is just on its way, which finds out by itself."""
    made = webhooks.create(maya.id, URL, ["order.paid"], "the till")
    done, on_its_way = deliveries.ping(made), deliveries.ping(made)
    done.state = "delivered"
    unit.commit()
    webhooks.delete(made)
    unit.commit()
    assert (made.url, made.events, made.description, made.state) == ("", [], "", "deleted")
    assert [each.id for each in deliveries.log(made.id, 1 << 62, 10).entries] == [on_its_way.id]


def test_every_event_that_can_be_told_has_a_sentence() -> None:
    """That of its declaration, without the parameters that stay inside."""
    assert len(TOLD) == 14
    assert all(each.sentence.endswith(".") for each in TOLD)
    assert ("order.paid", "An order was paid; its parcels are owed.") in TOLD
    assert ("order.shipped", "A parcel of an order has left, and what is in it is paid.") in TOLD
