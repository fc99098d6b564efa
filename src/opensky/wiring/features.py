"""What the features bring: repositories and managers for the container, controllers for the web."""

from pathlib import Path

import opensky.devo.storefront

SERVICES: tuple[type, ...] = ()
"""Repositories, managers, listeners: made once a request or job, from what their constructors name."""

CONTROLLERS: tuple[type, ...] = ()
"""Controllers, APIs and admin pages whose routes the web serves."""

TEMPLATES: tuple[Path, ...] = (Path(opensky.devo.storefront.__file__).parent / "templates",)
"""Folders of templates, looked into in this order."""

FRAME: type | None = None
"""The class whose ``context()`` gives what every page shows around its content (shelves, bag count); see ``web.kernel.Frame``."""
