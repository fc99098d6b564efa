"""``opensky events``: the list of everything that can happen in a shop, made from the declarations themselves."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from opensky import devo
from opensky.cli.folder import settings_to_look
from opensky.devo.model import MODEL
from opensky.devo.rewards.facts import looked_up
from opensky.events import Declaration, Registration, declarations
from opensky.messaging import Routes
from opensky.persistence.lifecycle import Lifecycle
from opensky.persistence.lifecycle import Registration as LifecycleRegistration
from opensky.settings import Settings
from opensky.wiring.listeners import LIFECYCLE, REGISTRATIONS
from opensky.wiring.rewards import asked_about


def events(*, data: Path | None = None) -> None:
    """List every event: its sentence, what it carries, who listens, and where it is forwarded; then who hears of objects.

    Args:
        data: data folder of the shop, whose settings say what is forwarded (default: var).
    """
    import_declarations()
    settings = settings_to_look(data)
    routes, heard = Routes.read(settings.events.get("forward", {})), tuple(asked_about(REGISTRATIONS, settings))
    print("\n\n".join(describe(declaration, heard, routes) for declaration in declarations()))
    for line in lifecycle(MODEL, LIFECYCLE):
        print(f"\n{line}")


def refuse_misdirected(settings: Settings) -> None:
    """Raise ``NotForwarded`` where the settings forward an event that nobody declares, or in a way that is not understood.

    And ``Misconfigured`` where they name an event that reward rules cannot be asked about.
    """
    import_declarations()
    Routes.read(settings.events.get("forward", {}))
    looked_up(settings)


def import_declarations() -> None:
    """Import the ``events.py`` of every feature, which declares what can befall it."""
    for feature in pkgutil.iter_modules(devo.__path__, "opensky.devo."):
        if feature.ispkg and importlib.util.find_spec(f"{feature.name}.events"):
            importlib.import_module(f"{feature.name}.events")


def lifecycle(model: Iterable[type], registrations: Iterable[LifecycleRegistration]) -> Iterator[str]:
    """Yield a few lines about each class of whose objects somebody hears when they are written or read, and who it is."""
    known = Lifecycle(registrations)
    for cls in model:
        if heard := known.names(cls):
            told = "\n".join(f"    {event}: {', '.join(names)}" for event, names in heard.items())
            yield f"life of a {cls.__name__}\n{told}"


def describe(declaration: Declaration, registrations: tuple[Registration, ...], routes: Routes | None = None) -> str:
    """Return a few lines about one event."""
    about = f"about a {declaration.subject.__name__}" if declaration.subject else "about nothing in particular"
    carries = f", carries {', '.join(sorted(declaration.parameters))}" if declaration.parameters else ""
    heard = [registration.name for registration in registrations if registration.matches(declaration.name)]
    listeners = f"heard by {', '.join(heard)}" if heard else "nobody listens in this process"
    forwarded = [f"\n    forwarded to {route}" for route in (routes or Routes()).of(declaration.name)]
    return f"{declaration.name}\n    {declaration.sentence}\n    {about}{carries}; {listeners}{''.join(forwarded)}"
