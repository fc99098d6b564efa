"""An example of each letter, with which staff look at them, and tests too."""

from opensky.devo.letters.manager import PAID, REFUNDED, SHIPPED, UNSUBSCRIBE
from opensky.devo.letters.objects import NEWS
from opensky.mail import Letter, Sealed

_TO = "ada@example.org"
_ORDER = {"order": "/orders/OS-1042"}
_ADDRESS = "Ada Byron, 12 Orchard Row, 05401 Burlington, VT, US"
_BOWL = {"name": "Breakfast bowl in ash glaze", "variant": "Large", "quantity": 2, "amount": "$64.00"}
_LOAF = {"name": "Rye starter, dried", "variant": "", "quantity": 1, "amount": "$9.50"}

EXAMPLES: dict[str, Letter] = {
    each.kind: each
    for each in (
        Letter(kind="welcome", to=_TO, name="Ada", links={"insiders": "/insiders", "account": "/account"}),
        Letter(
            kind=PAID,
            to=_TO,
            name="Ada",
            data={
                "number": "OS-1042",
                "total": "$73.45",
                "parts": [("coupon", "-$5.00"), ("delivery", "$4.95"), ("credit", "$12.40"), ("charge", "$61.05")],
                "groups": [
                    {"seller": "Maya Linden", "lines": [_BOWL]},
                    {"seller": "Tomas Ekberg", "lines": [_LOAF]},
                ],
                "address": _ADDRESS,
                "card": "Visa … 4242",
                "placed": "November 23, 2026",
            },
            links=_ORDER,
        ),
        Letter(
            kind=SHIPPED,
            to=_TO,
            name="Ada",
            data={
                "number": "OS-1042",
                "lines": [_BOWL | {"amount": ""}],
                "carrier": "Redwood Post",
                "tracking": "RP 4711 0815 US",
                "complete": False,
                "address": _ADDRESS,
            },
            links=_ORDER,
        ),
        Letter(
            kind=REFUNDED,
            to=_TO,
            name="Ada",
            data={
                "number": "OS-1042",
                "amount": "$61.05",
                "credit": "$12.40",
                "captured": True,
                "card": "Visa … 4242",
            },
            links=_ORDER,
        ),
        Letter(kind="password_reset", to=_TO, name="Ada", links={"reset": "/log-in/new/…"}),
        Letter(
            kind="password_changed",
            to=_TO,
            name="Ada",
            data={"when": "November 23, 2026 at 12:00 UTC"},
            links={"forgotten": "/log-in/forgotten"},
        ),
        Letter(kind="email_confirm", to=_TO, name="Ada", links={"confirm": "/account/email/…"}),
        Letter(kind="email_changed", to=_TO, name="Ada", data={"now": "a…@example.net"}),
        Letter(
            kind="thanks",
            to=_TO,
            name="Ada",
            data={
                "subject": "Thank you for a year",
                "paragraphs": ["A year ago you found us.", "We are glad that you stayed."],
            },
            links={"account": "/account"},
            sealed={UNSUBSCRIBE: Sealed("/unsubscribe/", UNSUBSCRIBE, f"0.{NEWS}")},
            topic=NEWS,
        ),
        Letter(
            kind="news",
            to=_TO,
            name="Ada",
            data={
                "finds": [
                    {"name": "Breakfast bowl", "price": "$32.00", "path": "/products/bowl", "seller": "Maya Linden"},
                    {"name": "Tea cup, unglazed", "price": "$18.00", "path": "/products/cup", "seller": "Maya Linden"},
                    {"name": "Rye starter", "price": "$9.50", "path": "/products/rye", "seller": "Tomas Ekberg"},
                ]
            },
            links={"feed": "/feed"},
            sealed={UNSUBSCRIBE: Sealed("/unsubscribe/", UNSUBSCRIBE, f"0.{NEWS}")},
            topic=NEWS,
        ),
        Letter(
            kind="alert",
            to="ops@example.org",
            data={
                "title": "Errors",
                "sentence": "12 % of answers are errors, 40 times the usual.",
                "state": "broken",
                "change": "raised",
                "since": "2026-07-01T12:00:00Z",
            },
            links={"board": "/board"},
        ),
    )
}
"""By the name of the template."""
