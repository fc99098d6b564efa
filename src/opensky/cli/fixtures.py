"""``opensky fixtures``: small named shops to develop and test against."""

from pathlib import Path

from cyclopts import App
from rich.console import Console

from opensky.cli.folder import settings_of
from opensky.cli.migrate import Yes
from opensky.devo.members.objects import Member
from opensky.fixtures import load as load_sets
from opensky.fixtures import sets
from opensky.fixtures.making import PASSWORD
from opensky.kernel.errors import Misconfigured

app = App(
    name="fixtures",
    help="Small named shops to develop and test against.",
    help_epilogue="Example: ./opensky fixtures list",
)


@app.command(name="list", help_epilogue="Example: ./opensky fixtures list")
def list_() -> None:
    """List the sets, and what is in each."""
    width = max(len(each.name) for each in sets())
    for each in sets():
        needs = f" (with {', '.join(each.needs)})" if each.needs else ""
        print(f"{each.name:<{width}}  {each.sentence}{needs}")


@app.command(help_epilogue="Example: ./opensky fixtures load checkout --data /tmp/checkout")
def load(*names: str, yes: Yes = False, data: Path | None = None) -> None:
    """Load sets into a shop, and those that they stand on.

    Args:
        *names: which sets; opensky fixtures list shows them.
        yes: also into a shop that has members.
        data: data folder of the shop (default: var).
    """
    if not names:
        raise Misconfigured(f"Name sets to load; there are {', '.join(each.name for each in sets())}.")
    settings = settings_of(data)
    console = Console(stderr=True, highlight=False)
    made = load_sets(settings, *names, anyway=yes, progress=lambda each: console.print(f"    {each.name} ..."))
    members = [obj for _, obj in made if isinstance(obj, Member)]
    print(f"{len(list(made))} things are in the shop in {settings.data}. Log in, on this machine alone, as:")
    for member in members:
        print(f"    {member.email:<24} {PASSWORD}{'  (staff)' if member.is_staff else ''}")
    print(f"Open it: ./opensky up --empty --data {settings.data}")
