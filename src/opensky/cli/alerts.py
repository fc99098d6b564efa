"""``opensky alerts``: what of the board somebody ought to look at."""

from pathlib import Path

from cyclopts import App

from opensky.cli.folder import existing, settings_of
from opensky.cli.shop import opened
from opensky.kernel.webhooks import WebhookKeys
from opensky.osis.partners.alerts import GENERATION, OURS
from opensky.persistence import Database, UnitOfWork
from opensky.tactical.alerts import Alerts

app = App(
    name="alerts", help="Alerts of the board: list them, take one on.", help_epilogue="Example: ./opensky alerts list"
)


@app.command(name="list", help_epilogue="Example: ./opensky alerts list --most 20")
def list_(*, most: int = 20, data: Path | None = None) -> None:
    """List alerts, the newest first.

    Args:
        most: at most so many.
        data: data folder of the shop (default: var).
    """
    with opened(data) as shop:
        found = Alerts(shop.get(Database)).newest(max(1, min(most, 1000)))
    for each in found:
        by = f" ({each.acknowledged_by} looks after it)" if each.acknowledged_by else ""
        over = f"over at {each.ended_at:%H:%M:%S}" if each.ended_at else f"open{by}"
        print(
            f"{each.id}  {each.raised_at:%Y-%m-%d %H:%M:%S} UTC  {each.state:6}  {each.title}: {each.sentence} [{over}]"
        )
    if not found:
        print("There was no alert yet.")


@app.command(help_epilogue="Example: ./opensky alerts acknowledge 2236070053336317952 --who Ada")
def acknowledge(alert: int, *, who: str, data: Path | None = None) -> None:
    """Say who looks after an alert: it is not told again.

    Args:
        alert: its number, as the list shows it.
        who: a name, as others shall read it.
        data: data folder of the shop (default: var).
    """
    with opened(data) as shop, shop() as scope:
        unit = scope.get(UnitOfWork)
        mine = Alerts(shop.get(Database)).acknowledge(unit, alert, who[:160])
        unit.commit()
    print(f"{who} looks after it." if mine else "Somebody looks after it already.")


@app.command(help_epilogue="Example: ./opensky alerts key")
def key(*, data: Path | None = None) -> None:
    """Print the secret with which what is posted to the webhook of alerts is signed.

    Args:
        data: data folder of the shop (default: var).
    """
    print(WebhookKeys(settings_of(existing(data)).secret_key).secret(OURS, GENERATION))
