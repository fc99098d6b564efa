"""The API keeps what its description says, whatever is sent to it: schemathesis finds nothing."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
import schemathesis
import structlog
from dishka import Provider, Scope
from litestar import Litestar
from litestar.testing import TestClient
from schemathesis.checks import CHECKS
from schemathesis.engine import events, from_schema

from opensky import demo
from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.credits.manager import CreditManager
from opensky.devo.follows import counters
from opensky.devo.members.objects import Member, PostalAddress
from opensky.devo.members.passwords import Passwords
from opensky.devo.orders.objects import Order, OrderId, OrderLine
from opensky.devo.products import cards
from opensky.devo.products.objects import Product, Variant
from opensky.devo.sellers.objects import Seller
from opensky.devo.webhooks.objects import DeliveryId, EndpointId, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.web.app import build
from opensky.web.objects import ApiToken
from opensky.web.openapi import PATH, describe
from opensky.web.signing import digest
from opensky.wiring import container as whole
from opensky.wiring.containers import web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES
from opensky.wiring.web import make

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOME = PostalAddress(name="Noor Haddad", street="14 Warren Street", city="Hudson", postcode="12534", region="NY")
EMAIL, PASSWORD = "maya@example.org", "a short sentence of mine"
TOKEN = "osk_of_the_contract"
BEARER = {"Authorization": f"Bearer {TOKEN}"}

ORDER = ("PUT", "POST", "PATCH", "GET", "DELETE")
"""Somebody must be followed to be listed."""

EXAMPLES = 25
"""How many requests are made up for each operation, besides those that walk along the limits of its description."""
ACCEPTED = ["2xx", "401", "403", "404", "409", "429"]
BEYOND_WORDS = {
    "product_list": "A category is asked for alone, without words or an insider.",
    "order_create": "The goods are on sale, and the card is one that pays.",
    "webhook_create": "The address is one that can be called from outside.",
    "webhook_change": "Likewise.",
}
"""Operations that may answer 422 to what their description allows, and the rule that it cannot say."""
CONFIG: Mapping[str, Any] = {
    "seed": 20130208,
    "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
    "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
    "operations": [
        {
            "include-operation-id": operation,
            "checks": {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, "422"]}},
        }
        for operation in BEYOND_WORDS
    ],
}
MEMBER: Mapping[str, Any] = {**CONFIG, "auth": {"openapi": {"bearer": {"bearer": TOKEN}}}}


class HurriedClock(SetClock):
    """Two minutes pass whenever somebody looks, so that nobody has to wait for the next try at the door."""

    def now(self) -> datetime:
        self.at += timedelta(minutes=2)
        return self.at


@dataclass
class Shop:
    """A filled shop that has all of which the examples of the description speak, and its log."""

    app: Litestar
    log: list[Any]

    def described(self) -> dict[str, Any]:
        """Return the description of the API."""
        read: dict[str, Any] = self.ask("GET", PATH).json()
        return read

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Send one request."""
        return TestClient(self.app).request(method, path, **more)


@dataclass
class Findings:
    """What schemathesis did, and what it found."""

    answers: dict[str, Counter[int]] = field(default_factory=dict)
    """How often each operation answered with each status."""
    checks: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def note(self, recorder: Any) -> None:
        """Note what was asked in one go, and answered."""
        for id_, asked in recorder.interactions.items():
            if asked.response is not None:
                of_operation = self.answers.setdefault(recorder.cases[id_].value.operation.label, Counter())
                of_operation[asked.response.status_code] += 1
        for check in chain.from_iterable(recorder.checks.values()):
            self.checks.add(check.name)
            if check.failure_info is not None:
                self.faults.append(told(check.failure_info))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """The demo shop, and the things of the examples."""
    levels = {"Silver": {"points": 100}, "Gold": {"points": 500}}
    settings = Settings(data=tmp_path, secret_key="k" * 64, demo=True, levels=levels)
    demo.load(settings, now=NOON - timedelta(days=1))
    provider, clock = Provider(scope=Scope.APP), HurriedClock(NOON)
    provider.provide(lambda: clock, provides=Clock, override=True)
    container = web_container(settings, provider)
    put_examples(container.get(Database), clock)
    with whole(settings) as scripts, scripts() as scope:
        [maya] = scope.get(UnitOfWork).find(Member, {"email": EMAIL})
        until = datetime(2100, 1, 1, tzinfo=UTC)
        scope.get(CreditManager).grant(maya.id, Money(500), key="example", why="Your first purchase", expires_at=until)
        scope.get(BenefitManager).issue_coupon(
            maya.id, percent=10, key="example", why="Your birthday", expires_at=until
        )
        scope.get(UnitOfWork).commit()
    app = build(settings, container, CONTROLLERS, templates=TEMPLATES, frame=FRAME)
    with structlog.testing.capture_logs() as log:
        yield Shop(app, log)
    container.close()
    app.state.pool.close()


def put_examples(database: Database, clock: SetClock) -> None:
    """Put what the examples name into the shop."""
    hashed = Passwords().hash(PASSWORD)
    with database.unit_of_work() as unit:
        fresh = Factory(unit, IdGenerator(7, clock), clock)
        maya = fresh.member(email=EMAIL, name="Maya Linden", password_hash=hashed, address=HOME)
        small = Variant(sku="MUG-S", name="Small", price=Money(2400))
        seller = fresh.seller(slug="maya-linden", name="Maya Linden", member_id=maya.id)
        mug = fresh.draft(seller, slug="speckled-mug", variants=[small], stock=1_000_000, categories=["table"])
        mug.status, mug.published_at = "published", clock.now()
        bought = order(maya, mug, clock)
        for each in (bought, *bought.lines, *webhooks(seller, clock)):
            unit.persist(each)
        unit.persist(ApiToken(token_hash=digest(TOKEN), member_id=maya.id, member_name=maya.name, created_at=NOON))
        unit.commit()
    cards.rebuild(database)
    counters.rebuild(database)


def webhooks(seller: Seller, clock: SetClock) -> Iterator[object]:
    """Make the webhooks of the examples, one of which is deleted, and the log of the other."""
    for id_ in (413628137893888011, 413628137893888012):
        yield WebhookEndpoint(
            id=EndpointId(id_),
            seller_id=seller.id,
            url="https://erp.example.com/opensky",
            events=["order.paid", "order.shipped"],
            created_at=clock.now(),
        )
    told = DeliveryId(413628137893888021)
    yield WebhookDelivery(
        id=told,
        endpoint_id=EndpointId(413628137893888011),
        event="webhook.ping",
        body="{}",
        state="delivered",
        tries=1,
        created_at=clock.now(),
    )
    yield WebhookAttempt(delivery_id=told, number=1, url="https://erp.example.com/opensky", at=NOON, status=204)


def order(member: Member, product: Product, clock: SetClock) -> Order:
    """Make the order that the examples show: it is paid, and may be cancelled once."""
    line = OrderLine(
        order_id=OrderId(1),
        position=0,
        product_id=product.id,
        seller_id=product.seller_id,
        sku="MUG-S",
        name=product.name,
        variant="Small",
        quantity=1,
        price=Money(2400),
    )
    return Order(
        id=OrderId(1),
        number="OS-7KQ2MXB",
        member_id=member.id,
        email=member.email,
        address=HOME,
        state="paid",
        total=Money(2400),
        idempotency_key="contract",
        placed_at=clock.now(),
        paid_at=clock.now(),
        lines=[line],
    )


def search(shop: Shop, config: Mapping[str, Any]) -> Findings:
    """Let schemathesis do all that it does: the examples, the limits, chance, and calls that follow from each other."""
    schema = schemathesis.openapi.from_asgi(PATH, shop.app, config=schemathesis.Config.from_dict(dict(config)))
    findings = Findings()
    for event in from_schema(schema).execute():
        match event:
            case events.ScenarioFinished(recorder=recorder):
                findings.note(recorder)
            case events.NonFatalError(value=error) | events.FatalError(exception=error):
                findings.faults.append(repr(error))
            case events.EngineFinished(failures=failures):
                findings.faults.extend(f"{failure.title}: {failure.message}" for failure in failures)
    return findings


def told(found: Any) -> str:
    """Say what was found, and how to see it again."""
    return f"{found.failure.operation}: {found.failure.title}. {found.failure.message}\n{found.code_sample}"


class Operation(NamedTuple):
    """One operation of a description."""

    method: str
    path: str
    said: Mapping[str, Any]

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def contents(self) -> list[Mapping[str, Any]]:
        """All bodies that it takes and gives."""
        bodies = [self.said.get("requestBody", {}), *self.said["responses"].values()]
        return [media for body in bodies for media in body.get("content", {}).values()]

    @property
    def success(self) -> tuple[int, Any]:
        """The status and the body of an answer to what went well."""
        ((status, answer),) = ((s, a) for s, a in self.said["responses"].items() if s.startswith("2"))
        return int(status), answer["content"]["application/json"]["example"]


def operations(description: Mapping[str, Any]) -> list[Operation]:
    """Return the operations of a description."""
    return [
        Operation(method.upper(), path, said)
        for path, methods in description["paths"].items()
        for method, said in methods.items()
    ]


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """The description of the API, of an application of which nothing else is opened."""
    settings = Settings(secret_key="k" * 64)
    read: dict[str, Any] = json.loads(describe(make(settings), settings))
    return read


def test_the_description_is_openapi_3_1(description: dict[str, Any]) -> None:
    """By the schema that its makers publish."""
    assert description["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(description).validate()


def test_every_operation_has_examples(description: dict[str, Any]) -> None:
    """Of what is needed to ask, of the body, and of every answer; each fits its own schema."""
    for operation in operations(description):
        needed = [each for each in operation.said.get("parameters", ()) if each["required"]]
        assert len(operation.contents) > 1, operation.label
        for each in (*needed, *operation.contents):
            schema = {**each["schema"], "components": description["components"]}
            jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(each["example"])


def test_every_text_in_a_body_says_what_it_looks_like(description: dict[str, Any]) -> None:
    """The examples are made of those at the fields, so that a field without one would show nothing."""
    silent = [
        f"{name}.{field_}"
        for name, schema in description["components"]["schemas"].items()
        for field_, said in schema["properties"].items()
        if said.get("type") == "string" and not said.get("examples") and name not in {"Problem", "Violation"}
    ]
    assert silent == []


def test_examples_are_true(shop: Shop) -> None:
    """Whoever sends the request of an example gets an answer like that of the example."""
    for operation in sorted(operations(shop.described()), key=lambda each: ORDER.index(each.method)):
        path, headers = operation.path, dict(BEARER)
        for each in operation.said.get("parameters", ()):
            if each["in"] == "path":
                path = path.replace(f"{{{each['name']}}}", each["example"])
            if each["in"] == "header":
                headers[each["name"]] = each["example"]
        body = operation.said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        answer = shop.ask(operation.method, path, headers=headers, json=body)
        status, example = operation.success
        assert (answer.status_code, shape(answer.json())) == (status, shape(example)), operation.label


def shape(value: Any) -> Any:
    """Return the names and nesting of a JSON value; of a list, those of its first entry."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("config", [CONFIG, MEMBER], ids=["guest", "member"])
def test_schemathesis_finds_nothing(shop: Shop, config: Mapping[str, Any]) -> None:
    """Sense and nonsense for every operation, with a token and without one; and no error of ours is in the log."""
    findings = search(shop, config)
    assert findings.faults == []
    assert findings.checks == set(CHECKS.get_all_names()) - {"max_response_time"}
    assert sorted(findings.answers) == sorted(operation.label for operation in operations(shop.described()))
    if config is MEMBER:  # so that what was tried was also done
        assert [each for each, answers in findings.answers.items() if not answers[200] + answers[201]] == []
    assert [entry for entry in shop.log if entry["log_level"] == "error"] == []
