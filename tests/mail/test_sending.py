"""A letter is sent once under the id of its message; what became of it is known; who need not get it and said no gets none."""

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from opensky.kernel.clock import SetClock
from opensky.mail import BrokenLetter, Delivery, Letter, PostUnavailable, Refused, Sealed, Stop
from opensky.mail.bounces import note, read
from opensky.mail.envelope import Sender
from opensky.mail.folder import MailFolder
from opensky.mail.rendering import Renderer
from opensky.mail.sending import Mailer, stop
from opensky.persistence import Database

SENDER = Sender("Corner Shop", "letters@shop.example", "returns@shop.example")


class Counting:
    """A post that keeps what it gets, and raises what it is told to raise after or before that."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.before: Exception | None = None
        self.after: BaseException | None = None

    def hand_over(self, id_: int, message: EmailMessage, to: str) -> str:
        """Take the letter over."""
        if self.before:
            raise self.before
        self.got.append(message)
        if self.after:
            raise self.after
        return "250 taken"

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def post() -> Counting:
    return Counting()


@pytest.fixture
def mailer(database: Database, post: Counting, tmp_path: Path) -> Mailer:
    (tmp_path / "hello.jinja").write_text(
        "{% block subject %}Hello {{ name }}{% endblock %}{% block preview %}p{% endblock %}"
        "{% block body %}{{ k.p(word) }}{% endblock %}"
    )
    renderer = Renderer([tmp_path], shop_name="Corner Shop", address="https://shop.example", secret_key="0" * 64)
    return Mailer(database, renderer, post, SENDER)


def letter(**about: object) -> Letter:
    """A letter to Ada."""
    usual: dict[str, object] = {"kind": "hello", "to": "ada@example.org", "name": "Ada", "data": {"word": "<Hi>"}}
    return Letter(**usual | about)  # type: ignore[arg-type]


def news(**about: object) -> Letter:
    """A letter that nobody has to get."""
    return letter(topic="news", sealed={"unsubscribe": Sealed("/unsubscribe/", "unsubscribe", "7.news")}, **about)


def kept(database: Database, id_: int) -> Delivery:
    """What became of a letter."""
    with database.unit_of_work() as unit:
        found = unit.get(Delivery, id_)
        assert found is not None
        return found


def test_a_letter_that_was_taken_is_not_handed_over_again(mailer: Mailer, post: Counting, database: Database) -> None:
    """However often its message is handled: after a lost lease, or replayed by staff."""
    assert [mailer.send(letter(), 7) for _ in range(3)] == ["sent"] * 3
    assert len(post.got) == 1
    assert (kept(database, 7).state, kept(database, 7).tries, kept(database, 7).answer) == ("sent", 1, "250 taken")


def test_a_process_that_dies_after_the_hand_over_leaves_a_trace(
    mailer: Mailer, post: Counting, database: Database
) -> None:
    """The letter goes once more under the same Message-ID, by which receivers know it again; its tries tell it."""
    post.after = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        mailer.send(letter(), 7)
    assert (kept(database, 7).state, kept(database, 7).ended_at) == ("sending", None)
    post.after = None

    assert mailer.send(letter(), 7) == "sent"
    assert [each["Message-ID"] for each in post.got] == ["<7.hello@shop.example>"] * 2
    assert kept(database, 7).tries == 2


def test_what_the_post_does_not_take_now_is_tried_again(mailer: Mailer, post: Counting, database: Database) -> None:
    """And it can be seen why it waits."""
    post.before = PostUnavailable("mail.example is full.")
    with pytest.raises(PostUnavailable):
        mailer.send(letter(), 7)
    assert (kept(database, 7).state, kept(database, 7).answer) == ("sending", "mail.example is full.")
    post.before = None
    assert mailer.send(letter(), 7) == "sent"


def test_an_address_that_does_not_exist_is_an_end_and_gets_no_news(
    mailer: Mailer, post: Counting, database: Database
) -> None:
    """Nobody needs to look at it; letters about orders are still tried, as the address may come back."""
    post.before = Refused("550 no such user", bounce=True)
    assert mailer.send(letter(), 7) == "refused"
    post.before = None

    assert mailer.send(news(), 8) == "withheld"
    assert mailer.send(letter(), 9) == "sent"
    assert kept(database, 8).answer == "This address has bounced."


def test_a_letter_that_the_server_finds_wrong_is_for_staff(mailer: Mailer, post: Counting, database: Database) -> None:
    """It says nothing about the address."""
    post.before = Refused("554 looks like spam", bounce=False)
    with pytest.raises(Refused):
        mailer.send(letter(), 7)
    with database.unit_of_work() as unit:
        assert unit.find(Stop) == []


def test_news_bears_the_way_to_end_it(mailer: Mailer, post: Counting) -> None:
    """In headers that mail programs make a button of, in the letter, and only there."""
    mailer.send(news(), 7)
    mailer.send(letter(), 8)

    [first, second] = post.got
    [path] = [part for part in first["List-Unsubscribe"].split("<") if part]
    assert path.startswith("https://shop.example/unsubscribe/")
    header = f"List-Unsubscribe: {first['List-Unsubscribe']}".encode()
    assert header in bytes(first).splitlines()  # mail programs read no encoded words there
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["Precedence"] == "bulk"
    assert second["List-Unsubscribe"] is None
    assert second["Auto-Submitted"] == "auto-generated"


def test_who_ended_a_topic_gets_none_that_is_on_its_way(mailer: Mailer, post: Counting, database: Database) -> None:
    """It is looked up when the letter goes out, not when it was made."""
    with database.unit_of_work() as unit:
        stop(unit, "ada@example.org", "news", "unsubscribed")
        unit.commit()
    assert (mailer.send(news(), 7), post.got) == ("withheld", [])


def test_a_letter_that_comes_too_late_is_not_sent(mailer: Mailer, post: Counting, clock: SetClock) -> None:
    """A link that has ended helps nobody."""
    until = (clock.now() + timedelta(hours=1)).timestamp()
    clock.advance(hours=2)
    assert (mailer.send(letter(until=until), 7), post.got) == ("withheld", [])


@pytest.mark.parametrize(
    "about",
    [
        {"kind": "nothing"},
        {"data": {}},
        {"to": "nobody"},
        {"to": "a@b\nBcc: c@d"},
        {"topic": "news"},
        {"kind": "../secret"},
    ],
)
def test_a_letter_that_cannot_be_written_is_said_to_be_so(
    mailer: Mailer, post: Counting, database: Database, about: dict[str, object]
) -> None:
    """And may be sent once it is mended."""
    with pytest.raises(BrokenLetter):
        mailer.send(letter(**about), 7)
    assert (post.got, kept(database, 7).state) == ([], "refused")
    assert mailer.send(letter(), 7) == "sent"


def test_names_cannot_write_headers(mailer: Mailer, post: Counting) -> None:
    """A name with a line break is a name."""
    mailer.send(letter(name="Ada\r\nBcc: all@example.org"), 7)
    assert (post.got[0]["Bcc"], post.got[0]["To"].addresses[0].addr_spec) == (None, "ada@example.org")


def test_a_folder_has_a_letter_once_and_whole(database: Database, tmp_path: Path) -> None:
    """Its name is the number of its message."""
    folder, message = MailFolder(tmp_path / "mail"), EmailMessage()
    message.set_content("first")
    folder.hand_over(3, message, "a@b")
    message.set_content("second")
    folder.hand_over(3, message, "a@b")
    folder.hand_over(12, message, "a@b")

    assert list(folder.newest(10)) == [12, 3]
    assert b"first" in (folder.read(3) or b"")
    assert folder.read(4) is None
    assert sorted(path.name for path in folder.path.iterdir()) == ["12.eml", "3.eml"]


REPORT = """From: MAILER-DAEMON@mail.example
To: returns@shop.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: message/rfc822

Message-ID: <{id}.hello@shop.example>
Subject: Hello

gone
--b--
"""


def report(id_: int = 7, address: str = "ada@example.org", action: str = "failed", status: str = "5.1.1") -> bytes:
    """A notification as mail servers send it."""
    return REPORT.format(id=id_, address=address, action=action, status=status).replace("\n", "\r\n").encode()


def test_a_letter_that_comes_back_is_known_and_stops_news(mailer: Mailer, database: Database) -> None:
    """The server had taken it, and told later that it could not be delivered."""
    mailer.send(letter(), 7)
    with database.unit_of_work() as unit:
        assert note(unit, read(report())) == 1
        unit.commit()

    assert (kept(database, 7).state, kept(database, 7).answer) == ("refused", "5.1.1 smtp; 550 5.1.1 no such user")
    assert mailer.send(news(), 8) == "withheld"


@pytest.mark.parametrize(
    "raw",
    [
        report(id_=8),
        report(address="ben@example.org"),
        report(action="delayed", status="4.4.1"),
        report(action="delivered", status="2.0.0"),
        b"Subject: I am on holiday\n\nBack in May.",
        b"",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\xff\xfe",
    ],
)
def test_what_is_no_word_about_a_letter_of_ours_changes_nothing(mailer: Mailer, database: Database, raw: bytes) -> None:
    """Other mail, delays, and notifications that somebody made up."""
    mailer.send(letter(), 7)
    with database.unit_of_work() as unit:
        assert note(unit, read(raw)) == 0
        unit.commit()
    assert kept(database, 7).state == "sent"
