"""The checkout form: what it shows, and what was typed into it."""

from collections.abc import Mapping

from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.benefits.objects import plain
from opensky.devo.members.objects import Member, MemberId, PostalAddress
from opensky.devo.orders.manager import AtCheckout
from opensky.devo.orders.purse import OrderPurse
from opensky.devo.orders.views import DueView, GiftView
from opensky.kernel.errors import Invalid
from opensky.kernel.money import Money
from opensky.settings import Settings
from opensky.web import Form

ADDRESS = ("name", "street", "city", "region", "postcode", "country")
FIELDS = ("email", *ADDRESS, "coupon", "use_credit")
"""What is kept when a form comes back with an error; the payment token is not among it."""


def first_values(member: Member | None) -> dict[str, str]:
    """Return what the form holds when it is opened."""
    if member is None:
        return {"country": "US"}
    address = member.address or PostalAddress(name=member.name)
    return {"email": member.email, **{name: getattr(address, name) for name in ADDRESS}}


def typed_values(form: Form) -> dict[str, str]:
    """Return what was typed, to be shown again."""
    return {name: form.text(name) for name in FIELDS}


def address_of(values: Mapping[str, str]) -> PostalAddress:
    """Return the address that was typed; its rules are checked with the order."""
    return PostalAddress(**{name: values[name] for name in ADDRESS} | {"country": values["country"].upper()})


def seen_total(form: Form, currency: str) -> Money:
    """Return the sum that stood on the button."""
    return Money(form.number("total", 0), currency)


def seen_credit(form: Form, currency: str) -> Money:
    """Return how much credit the form said would be used."""
    return Money(form.number("credit", 0), currency)


def asks_for_sums(form: Form) -> bool:
    """Whether the form comes back to be looked at: a coupon is to be reckoned in that was not when the sums were shown."""
    return bool(form.text("apply")) or plain(form.text("coupon")) != plain(form.text("seen_coupon"))


class CheckoutSums:
    """Reckons what a bag would cost, for the page that shows it. Nothing is used by looking."""

    def __init__(self, purse: OrderPurse, benefits: BenefitManager, settings: Settings) -> None:
        self._purse = purse
        self._benefits = benefits
        self._price = settings.delivery_price

    def of(self, goods: Money, member_id: MemberId | None, known: AtCheckout, coupon: str) -> DueView:
        """Return the sums with a coupon, if a code is given.

        Raises:
            CouponRefused: the code gives this buyer nothing.
        """
        due = self._purse.due(goods, member_id, coupon)
        gifts = self._benefits.usable(member_id) if member_id is not None and known.gifts else []
        return DueView(
            goods=goods,
            discount=due.discount,
            delivery=due.delivery,
            total=due.total,
            credit=self._purse.spendable(known.credit, due.total),
            delivery_price=Money(self._price, goods.currency),
            coupon=due.coupon.code or "" if due.coupon else "",
            gifts=[GiftView(each.code or "", each.gives, each.why, each.expires_at) for each in gifts],
        )


def errors_by_field(error: Invalid) -> dict[str, str]:
    """Return the messages by the names of the form's own fields."""
    return {field.removeprefix("address."): message for field, message in error.by_field().items()}
