"""What is kept of letters and of links is kept alike on every engine."""

from pathlib import Path

from opensky.devo.members.objects import MemberId
from opensky.devo.proofs.objects import VALID, Proof, ProofId
from opensky.devo.proofs.repository import ProofRepository
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.mail import Delivery, Letter, Sealed, Stop
from opensky.mail.envelope import Sender
from opensky.mail.folder import MailFolder
from opensky.mail.rendering import Renderer
from opensky.mail.sending import Mailer, stop
from opensky.persistence import Database


def opened(engine: dict[str, str], folder: Path, clock: SetClock) -> Database:
    """An empty database on an engine."""
    made = Database(
        engine["database_url"] or folder / "mail.sqlite",
        [Delivery, Stop, Proof],
        documents=engine["documents_url"],
        ids=IdGenerator(1, clock),
        clock=clock,
    )
    made.create()
    return made


def test_letters_are_sent_once_and_stops_hold(engine: dict[str, str], tmp_path: Path, clock: SetClock) -> None:
    """Sent, replayed, stopped."""
    (tmp_path / "hello.jinja").write_text(
        "{% block subject %}Hi{% endblock %}{% block preview %}{% endblock %}{% block body %}{{ k.p(name) }}{% endblock %}"
    )
    database = opened(engine, tmp_path, clock)
    renderer = Renderer([tmp_path], shop_name="Shop", address="https://shop.example", secret_key="0" * 64)
    sender = Sender("Shop", "letters@shop.example", "returns@shop.example")
    mailer = Mailer(database, renderer, MailFolder(tmp_path / "mail"), sender)
    link = {"unsubscribe": Sealed("/unsubscribe/", "unsubscribe", "7.news")}
    letter = Letter(kind="hello", to="ada@example.org", sealed=link, topic="news", about="OS-1")

    assert [mailer.send(letter, 1), mailer.send(letter, 1)] == ["sent", "sent"]
    with database.unit_of_work() as unit:
        stop(unit, "ada@example.org", "news", "unsubscribed")
        unit.commit()
    assert mailer.send(letter, 2) == "withheld"
    with database.unit_of_work() as unit:
        found = unit.find(Delivery, {"about": "OS-1", "id": {"$lt": 10}}, sort=("-id",), limit=5)
        assert [(each.id, each.state, each.tries) for each in found] == [(2, "withheld", 1), (1, "sent", 1)]
    database.close()


def test_a_link_is_taken_once_and_ends(engine: dict[str, str], tmp_path: Path, clock: SetClock) -> None:
    """Of two who use it one is told yes; after its hour nobody is."""
    database = opened(engine, tmp_path, clock)
    with database.unit_of_work() as unit:
        for number in (1, 2):
            ends_at = clock.now() + VALID
            unit.persist(
                Proof(
                    id=ProofId(number),
                    member_id=MemberId(7),
                    purpose="password",
                    email="ada@example.org",
                    ends_at=ends_at,
                )
            )
        unit.commit()
    with database.unit_of_work() as unit, database.reader() as reader:
        proofs = ProofRepository(unit, reader)
        assert proofs.open(1, "password", clock.now()) is not None
        assert proofs.open(1, "email", clock.now()) is None
        assert [proofs.take(ProofId(1)), proofs.take(ProofId(1))] == [True, False]
        unit.commit()
        clock.advance(hours=1)
        assert proofs.open(2, "password", clock.now()) is None
    database.close()
