"""``opensky sandbox``: simulated partners, to see orders arrive."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from cyclopts import App

from opensky.cli.folder import environment_of, existing, settings_of
from opensky.cli.sandbox_program import serve
from opensky.devo.shipments.controller import VENDORNET
from opensky.kernel import lifeline
from opensky.kernel.errors import Misconfigured
from opensky.kernel.signed import partner_key
from opensky.sandbox import Moods
from opensky.sandbox import braintree as house
from opensky.settings import Settings

app = App(
    name="sandbox",
    help="Simulated partners: they ship what was paid, and tell of it.",
    help_epilogue="Example: ./opensky sandbox run --after 5",
)


@app.command(help_epilogue="Example: ./opensky sandbox run --after 5 --errors 20")
def run(
    *,
    after: int = 30,
    slow: float = 0.0,
    errors: int = 0,
    once: bool = False,
    data: Path | None = None,
    port: int | None = None,
) -> None:
    """Ship paid orders of a running shop, until Ctrl-C: Fulfillment Works drops files, Vendornet posts documents.

    Args:
        after: ship what was paid at least so many seconds ago.
        slow: take so many seconds over each file.
        errors: of so many in a hundred files something is wrong: it breaks off, it comes twice, a line is none.
        once: look once, and end.
        data: data folder of the shop (default: var).
        port: port at which the shop listens (default: 8000).
    """
    if not 0 <= errors <= 100 or after < 0 or slow < 0:  # noqa: PLR2004 - of a hundred
        raise Misconfigured("--errors is 0 to 100; --after and --slow are no less than 0.")
    settings = Settings.load(environment_of(data=existing(data), port=port))
    lifeline.hold()
    if not (settings.demo or settings.loopback):
        raise Misconfigured("Simulated partners only serve a demo shop, or one that is on this machine alone.")
    serve(settings, Moods(timedelta(seconds=after), slow, errors), print, once=once)


@app.command(help_epilogue="Example: ./opensky sandbox braintree --port 24001 --slow 0.3")
def braintree(*, port: int = 8099, slow: float = 0.0) -> None:
    """Run a payment house on this machine that speaks as Braintree does; it forgets everything when it ends.

    Args:
        port: port to listen on, on this machine alone.
        slow: take so many seconds over each answer.
    """
    lifeline.hold()
    server = house.serve(port, house.Books(slow=slow))
    print(f"export OPENSKY_PAYMENT_URL={house.payment_url(server)}")
    print("# Start the shop with that, and pay with fake-valid-nonce. Ctrl-C stops this.", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever()


@app.command(help_epilogue="Example: ./opensky sandbox key")
def key(*, data: Path | None = None) -> None:
    """Print the key that Vendornet signs its documents with; it opens no other door.

    Args:
        data: data folder of the shop (default: var).
    """
    print(partner_key(settings_of(existing(data)).secret_key, VENDORNET))
