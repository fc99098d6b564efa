"""DEVO for the tests of kills: the real web application with one callback, which writes down what was delivered."""

import asyncio

import msgspec
from dishka import Provider, Scope
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from sqlalchemy import insert

from opensky.devo.callbacks.repository import SeenRepository
from opensky.persistence import Command, Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.carrying import DELIVERED, Site, add_tables, note
from opensky.testing.chaos import DOOR, KEY, Whole
from opensky.web import Json, Signed, callback
from opensky.web.app import build
from opensky.wiring.containers import web_container

_DELIVER = Command(insert(DELIVERED))


class Door:
    """Where deliveries arrive."""

    def __init__(self, seen: SeenRepository, unit: UnitOfWork, settings: Settings) -> None:
        self._seen = seen
        self._unit = unit
        self._folder = settings.data

    @callback(DOOR)
    def take(self, call: Signed) -> Json | None:
        """Write down what was delivered, once."""
        note(self._folder / "arrived", int(call.id))
        if not self._seen.first(call.id, "door"):
            return Json({"outcome": "seen"})
        self._unit.run(_DELIVER, {"order_id": msgspec.json.decode(call.body, type=Whole).order})
        return None


def settings_of(site: Site) -> Settings:
    """Return the settings of a site's shop."""
    return Settings(data=site.folder, secret_key=KEY, database_url=site.address, port=site.devo)


def prepare(site: Site) -> None:
    """Make all tables: the shop's, the queue's and our own."""
    with web_container(settings_of(site)) as container:
        database = container.get(Database)
        database.create()
        add_tables(database)


def devo(site: Site, _node: int) -> None:
    """Serve DEVO, in one process."""
    settings = settings_of(site)
    here = Provider(scope=Scope.REQUEST)
    here.provide(Door)
    app = build(settings, web_container(settings, here), [Door])
    server = Server(
        app,
        address="127.0.0.1",
        port=site.devo,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    asyncio.run(server.serve())
