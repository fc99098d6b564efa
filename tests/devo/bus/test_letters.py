"""Dead letters in the admin: found by cause, looked at, edited, tried again, discarded; each by somebody, with a reason."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from opensky.devo.bus.manager import differing, read_json
from opensky.devo.bus.objects import LetterAct
from opensky.devo.orders.objects import Order
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Invalid
from opensky.messaging import DeadLetters
from opensky.osis.runtime import Worker
from opensky.persistence import UnitOfWork
from opensky.testing.browser import Browser

DEAD = "/admin/bus/dead"
Buy = Callable[..., Order]


def key(staff: Browser) -> str:
    """The name of the first cause on the page of dead letters."""
    found = re.search(r"/admin/bus/dead/([0-9a-f]{16})", staff.open(DEAD).text)
    assert found
    return found[1]


def acts(unit: UnitOfWork) -> list[tuple[int, str, str, str]]:
    """Who did what to which letter, in order?"""
    found = unit.find(LetterAct, sort=("id",))
    unit.rollback()
    return [(each.letter_id, each.act, each.member_name, each.reason) for each in found]


def test_there_are_none(staff: Browser) -> None:
    """And the page says what would stand there."""
    staff.open(DEAD)
    assert "There are no dead letters." in staff.text()


def test_nobody_else_gets_in(another: Browser) -> None:
    """Letters are for staff alone."""
    for path in (DEAD, f"{DEAD}/0123456789abcdef", "/admin/bus/letters/1", "/admin/bus/letters/1/edit"):
        assert another.open(path).url.path == "/log-in"


def test_what_is_gone_is_not_found(staff: Browser) -> None:
    """With a sentence that says where it may be."""
    assert staff.open(f"{DEAD}/0123456789abcdef").status_code == 404
    assert staff.open("/admin/bus/letters/1").status_code == 404
    assert "may have been tried again or discarded" in staff.text()


def test_letters_are_found_by_their_cause(staff: Browser, buy: Buy, bus: Worker) -> None:
    """Several of one cause are one line, and nobody's address stands in a page or in its address."""
    buy(email="refused@example.org")
    buy(email="refused@example.org")
    bus.drain()

    text = staff.open(DEAD).text

    assert "2 letters in fraud.check" in staff.text()
    assert "refused@example.org" not in text
    staff.open(f"{DEAD}/{key(staff)}")
    assert staff.heading == "2 letters of fraud.check"
    assert len(set(re.findall(r"/admin/bus/letters/(\d+)", staff.page.text if staff.page else ""))) == 2


def test_what_is_personal_is_masked(staff: Browser, refused: int) -> None:
    """In the body, in the cause and in what went wrong; what is harmless can be read."""
    text = staff.open(f"/admin/bus/letters/{refused}").text

    assert staff.heading == "FraudQuestion"
    assert "refused@example.org" not in text
    assert "4242" not in text
    assert "It knows nobody at ⟦masked 1⟧ with card ⟦masked 2⟧." in staff.text()
    assert '"amount_minor": 1250' in staff.text().replace("&#34;", '"')


def test_who_wants_to_see_it_says_why(staff: Browser, refused: int, unit: UnitOfWork) -> None:
    """It is shown once, and that she looked is in the history, in the log and on the letter's page."""
    staff.open(f"/admin/bus/letters/{refused}")
    staff.submit(f"/admin/bus/letters/{refused}/reveal", reason="she called us")
    assert "refused@example.org" in staff.text()
    assert acts(unit) == [(refused, "looked into", "Ada", "she called us")]

    text = staff.open(f"/admin/bus/letters/{refused}").text
    assert "refused@example.org" not in text
    assert "Ada looked into it" in staff.text()
    text = staff.open("/admin/history?kind=LetterAct").text
    assert "she called us" in staff.text()
    assert "looked into" in staff.text()
    [change] = re.findall(r'class="when" href="(/admin/history/\d+)"', text)
    staff.open(f"{change}/revert")
    assert "This is not reverted here." in staff.text()


def test_a_letter_is_tried_again(
    staff: Browser, refused: int, bus: Worker, party: Any, letters: DeadLetters, unit: UnitOfWork
) -> None:
    """After a look at what will happen; the journey shows what became of it."""
    party.moody = False
    staff.open(f"/admin/bus/letters/{refused}/retry")
    assert staff.heading == "Try it again?"
    assert letters.show(refused).message.id == refused

    staff.submit(f"/admin/bus/letters/{refused}/retry", reason="they know her now")

    assert staff.path.startswith("/admin/bus/journeys/")
    assert "The letter is in its queue again." in staff.text()
    assert "waits to be taken" in staff.text()
    assert letters.listed() == []
    bus.drain()
    staff.open(staff.path)
    assert "all is done" in staff.text()
    assert acts(unit) == [(refused, "retried", "Ada", "they know her now")]


def test_a_letter_is_discarded(staff: Browser, refused: int, letters: DeadLetters, unit: UnitOfWork) -> None:
    """It is in no queue any more, but its journey and the history say who discarded it."""
    journey = letters.show(refused).message.correlation
    staff.open(f"/admin/bus/letters/{refused}/discard")
    assert "what it asks for will not be done" in staff.text()

    staff.submit(f"/admin/bus/letters/{refused}/discard", reason="a test order")

    assert staff.path == DEAD
    assert letters.listed() == []
    assert acts(unit) == [(refused, "discarded", "Ada", "a test order")]
    staff.open(f"/admin/bus/journeys/{journey}")
    assert "discarded by Ada" in staff.text()


def test_who_is_late_is_told(staff: Browser, refused: int, letters: DeadLetters, unit: UnitOfWork) -> None:
    """Somebody else decided meanwhile: nothing happens twice, and no act is kept."""
    staff.open(f"/admin/bus/letters/{refused}/retry")
    letters.replay([refused])
    assert staff.submit(f"/admin/bus/letters/{refused}/retry").status_code == 404
    assert acts(unit) == []


def test_all_letters_of_a_cause_are_tried_again(
    staff: Browser, buy: Buy, bus: Worker, party: Any, letters: DeadLetters, unit: UnitOfWork, clock: SetClock
) -> None:
    """Those that were there when it was asked: one that died since then was not seen, and stays."""
    buy(email="refused@example.org")
    buy(email="refused@example.org")
    bus.drain()
    its = key(staff)
    staff.open(f"{DEAD}/{its}/retry")
    assert "All 2 letters of fraud.check will be handled once more" in staff.text()
    clock.advance(seconds=1)
    buy(email="refused@example.org")
    bus.drain()
    assert len(letters.listed()) == 3

    staff.submit(f"{DEAD}/{its}/retry", reason="they are back")

    assert "2 letters are in the queue again. 1 letter of this cause is still there." in staff.text()
    assert len(letters.listed()) == 1
    assert [(act, by) for _, act, by, _ in acts(unit)] == [("retried", "Ada")] * 2
    party.moody = False
    bus.drain()
    assert len(letters.listed()) == 1


def test_all_letters_of_a_cause_are_discarded(staff: Browser, buy: Buy, bus: Worker, letters: DeadLetters) -> None:
    """And none of another cause."""
    buy(email="refused@example.org")
    buy(email="refused.too@example.org")
    bus.drain()
    its = key(staff)
    staff.open(f"{DEAD}/{its}/discard")
    assert "Its letter of fraud.check will be gone for good" in staff.text()

    staff.submit(f"{DEAD}/{its}/discard")

    assert "1 letter is gone." in staff.text()
    assert len(letters.listed()) == 1


def test_a_letter_is_edited(staff: Browser, refused: int, bus: Worker, letters: DeadLetters, unit: UnitOfWork) -> None:
    """Masks stand for what was there, so she edits what she may not see; what she changed is kept by name alone."""
    before = dict(letters.show(refused).message.parameters)
    staff.open(f"/admin/bus/letters/{refused}/edit")
    [form] = [each for each in staff.forms() if each.action.endswith("/edit")]
    text = form.fields["parameters"].replace('"⟦masked 2⟧"', '"0000"').replace("1250", "1300")

    staff.submit(f"/admin/bus/letters/{refused}/edit", parameters=text, reason="wrong amount")

    assert "Saved: amount_minor, card_last4. Try it again now." in staff.text()
    assert letters.show(refused).message.parameters == before | {"amount_minor": 1300, "card_last4": "0000"}
    [act] = unit.find(LetterAct)
    assert (act.act, act.fields, act.reason) == ("edited", "amount_minor, card_last4", "wrong amount")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('{"order": 1,}', "This is not JSON: .*, line 1, character"),
        ('{"a": 1, "a": 2}', "the name 'a' stands twice in one object"),
        ('{"a": NaN}', "NaN is no number of JSON"),
        ("[1]", "The parameters must be a JSON object"),
        ("[" * 100_000, "This is not JSON"),
    ],
)
def test_only_an_object_of_json_is_read(typed: str, said: str) -> None:
    """And the sentence says what is wrong, and where."""
    with pytest.raises(Invalid, match=said):
        read_json(typed)


def test_what_differs_is_named_by_its_path() -> None:
    """Never by its value."""
    old = {"a": {"b": 1, "c": [1]}, "d": True}
    assert differing(old, {"a": {"b": 2, "c": [1]}, "d": 1, "e": None}) == ["a.b", "d", "e"]


def test_what_its_flow_could_not_read_is_not_saved(
    staff: Browser, refused: int, letters: DeadLetters, unit: UnitOfWork
) -> None:
    """What was typed is still there, and the sentence says what is wrong with it."""
    before = letters.show(refused).message.parameters
    path = f"/admin/bus/letters/{refused}/edit"
    for typed, said in (
        ('{"order": "many"}', "This is no FraudQuestion: Expected `int`, got `str`"),
        ('{"a": "⟦masked 99⟧"}', "⟦masked 99⟧ stands for a value of this letter"),
        ('{"a": 1, "a": 2}', "the name 'a' stands twice in one object"),
    ):
        staff.open(path)
        assert staff.submit(path, parameters=typed).status_code == 422
        assert said in staff.text()
        [form] = [each for each in staff.forms() if each.action == path]
        assert form.fields["parameters"].strip() == typed
    assert letters.show(refused).message.parameters == before
    assert acts(unit) == []


def test_two_who_edit_one_letter_do_not_overwrite_each_other(
    staff: Browser, refused: int, letters: DeadLetters
) -> None:
    """The second is told."""
    staff.open(f"/admin/bus/letters/{refused}/edit")
    changed = dict(letters.show(refused).message.parameters) | {"amount_minor": 1}
    letters.edit(refused, changed)

    staff.submit(f"/admin/bus/letters/{refused}/edit")

    assert "Somebody has edited this letter meanwhile" in staff.text()
    assert letters.show(refused).message.parameters == changed


def test_an_act_is_kept_with_what_it_did_or_not_at_all(
    staff: Browser, refused: int, letters: DeadLetters, unit: UnitOfWork
) -> None:
    """A group whose moment nobody knows is refused whole."""
    path = f"{DEAD}/{key(staff)}/discard"
    staff.open(path)
    assert staff.submit(path, until="soon").status_code == 422
    assert letters.show(refused).message.id == refused
    assert acts(unit) == []
