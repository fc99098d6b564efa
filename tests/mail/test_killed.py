"""A bus that is killed while it sends letters loses none, and what it hands over twice it hands over under one Message-ID."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from opensky.mail import Delivery, Stop
from opensky.messaging import Outgoing, Queue
from opensky.osis.flows.mail import LetterDue
from opensky.osis.runtime import message
from opensky.persistence import Database

LETTERS, KILLS = 40, 4
SHOP = """
import sys
from pathlib import Path
from opensky.mail import Delivery, Stop
from opensky.mail.envelope import Sender
from opensky.mail.rendering import Renderer
from opensky.mail.sending import Mailer
from opensky.mail.smtp import MailServer, SmtpPost
from opensky.mail.folder import MailFolder
from opensky.messaging import Outgoing
from opensky.osis.flows.mail import send_letter
from opensky.osis.partners.mail import Letters
from opensky.osis.runtime import Worker
from opensky.persistence import Database, UnitOfWork
from contextlib import contextmanager
from datetime import timedelta

folder, port = Path(sys.argv[1]), int(sys.argv[2])
database = Database(folder / "mail.sqlite", [Delivery, Stop])
renderer = Renderer([folder], shop_name="Shop", address="https://shop.example", secret_key="0" * 64)
post = SmtpPost(MailServer.read(f"smtp://127.0.0.1:{port}"), "returns@shop.example") if port else MailFolder(folder / "mail")
letters = Letters(lambda: Mailer(database, renderer, post, Sender("Shop", "letters@shop.example", "returns@shop.example")))

@contextmanager
def scopes():
    with database.unit_of_work() as unit:
        yield {UnitOfWork: unit, Letters: letters}.__getitem__

worker = Worker(database, [send_letter], scopes, lambda unit: Outgoing(unit, database.ids), folder, threads=2, lease=timedelta(seconds=1))
worker.run()
"""


def left(database: Database) -> int:
    """How many letters are still to be sent?"""
    return sum(each.ready + each.waiting + each.taken for each in Queue(database).depths())


def killed_until_done(folder: Path, port: int, database: Database) -> int:
    """Run the bus and kill it at moments that nobody chose, then let it finish; return how often it was killed."""
    chance, kills = random.Random(7), 0
    while left(database):
        bus = subprocess.Popen([sys.executable, "-c", SHOP, str(folder), str(port)])
        try:
            before = left(database)
            deadline = time.monotonic() + 30
            while left(database) == before and time.monotonic() < deadline:
                time.sleep(0.005)
            if kills < KILLS:
                time.sleep(chance.random() * 0.05)
                kills += 1
                continue
            while left(database) and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            os.kill(bus.pid, signal.SIGKILL)
            bus.wait()
    return kills


@pytest.mark.slow
@pytest.mark.parametrize("way", ["smtp", "folder"])
def test_a_killed_bus_loses_no_letter(way: str, serve: Any, kept: Any, tmp_path: Path) -> None:
    """Every letter arrives; over SMTP one that was under way at a kill may come twice, and is counted; in a folder none does."""
    (tmp_path / "hello.jinja").write_text(
        "{% block subject %}Hello{% endblock %}{% block preview %}{% endblock %}{% block body %}{{ k.p(name) }}{% endblock %}"
    )
    database = Database(tmp_path / "mail.sqlite", [Delivery, Stop])
    database.create()
    with database.unit_of_work() as unit:
        client = Outgoing(unit, database.ids)
        sent = {client.send(message(LetterDue(kind="hello", to=f"m{n}@example.org"))) for n in range(LETTERS)}
        unit.commit()

    kills = killed_until_done(tmp_path, serve() if way == "smtp" else 0, database)

    with database.unit_of_work() as unit:
        deliveries = {each.id: each for each in unit.find(Delivery)}
    assert {id_: each.state for id_, each in deliveries.items()} == dict.fromkeys(sent, "sent")
    if way == "folder":
        assert {int(path.stem) for path in (tmp_path / "mail").glob("*.eml")} == sent
    else:
        arrived = Counter(message_from_bytes(each.content)["Message-ID"] for each in kept.letters)
        assert set(arrived) == {f"<{id_}.hello@shop.example>" for id_ in sent}
        twice = {id_ for id_ in sent if arrived[f"<{id_}.hello@shop.example>"] > 1}
        assert all(deliveries[id_].tries > 1 for id_ in twice)
        assert len(twice) <= kills * 2
    database.close()
