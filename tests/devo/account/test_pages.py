"""The account page: name, address, password, sessions and tokens, each of one's own alone."""

import re

import pytest

from opensky.testing.browser import Browser

SENTENCE = "seven blue cacti"
ADDRESS = {"recipient": "Maya Stone", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "be"}


@pytest.fixture
def maya(browser: Browser) -> Browser:
    """Maya, on her account page."""
    return signed_up(browser, "maya@example.org", "Maya Stone")


@pytest.fixture
def ben(another: Browser) -> Browser:
    """Somebody else, on his."""
    return signed_up(another, "ben@example.org", "Ben Reed")


def signed_up(browser: Browser, email: str, name: str) -> Browser:
    browser.open("/sign-up")
    browser.submit("/sign-up", email=email, name=name, password=SENTENCE)
    browser.open("/account")
    return browser


def log_in(browser: Browser, password: str) -> str:
    browser.open("/log-in")
    return str(browser.submit("/log-in", email="maya@example.org", password=password).url.path)


def test_name_and_address_are_changed(maya: Browser) -> None:
    """The name stands on top of every page at once; the country in capitals."""
    maya.submit("/account", name="Maya S.", **ADDRESS)

    assert "Saved." in maya.text()
    assert "Maya S." in maya.text()
    form = next(form for form in maya.forms() if form.action == "/account")
    assert (form.fields["street"], form.fields["country"]) == ("5 Mill Lane", "BE")

    maya.submit("/account", street="", city="", postcode="")
    form = next(form for form in maya.forms() if form.action == "/account")
    assert (form.fields["recipient"], form.fields["city"]) == ("", "")


def test_a_mistake_keeps_what_was_typed(maya: Browser) -> None:
    """Each message beside its field, in the form's own names."""
    answer = maya.submit("/account", **{**ADDRESS, "name": "", "street": "", "country": "Belgium"})

    assert answer.status_code == 422
    assert maya.errors() == {
        "name": "Please give your name.",
        "street": "Please give the street and number.",
        "country": "Please use the two letters of the country.",
    }
    form = next(form for form in maya.forms() if form.action == "/account")
    assert (form.fields["city"], form.fields["name"]) == ("Ghent", "")
    maya.open("/account")
    assert "Maya Stone" in maya.text()


def test_a_new_password_logs_out_every_other_place_and_program(maya: Browser, another: Browser) -> None:
    """And gives this place a new session, whose old one is dead."""
    assert log_in(another, SENTENCE) == "/feed"
    token = re.search(r"osk_[\w-]+", maya.submit("/account/tokens").text)
    assert token
    bearer = {"authorization": f"Bearer {token[0]}"}
    assert maya.get("/api/v1/me", headers=bearer).status_code == 200
    before = maya.cookies["opensky"]
    maya.open("/account")

    maya.submit("/account/password", password=SENTENCE, new_password="eight green cacti")

    assert "Your password is changed." in maya.text()
    assert maya.cookies["opensky"] != before
    assert maya.open("/account").url.path == "/account"
    assert another.open("/account").url.path == "/log-in"
    assert maya.get("/api/v1/me", headers=bearer).status_code == 401
    maya.cookies.clear()
    maya.cookies.set("opensky", before)
    assert maya.open("/account").url.path == "/log-in"
    assert log_in(another, SENTENCE) == "/log-in"
    assert log_in(another, "eight green cacti") == "/feed"


@pytest.mark.parametrize(
    ("password", "new", "field"),
    [("wrong wrong", "eight green cacti", "password"), (SENTENCE, "maya stone", "new_password")],
)
def test_a_password_that_is_refused_changes_nothing(
    maya: Browser, another: Browser, password: str, new: str, field: str
) -> None:
    """Nor logs anybody out."""
    assert log_in(another, SENTENCE) == "/feed"

    answer = maya.submit("/account/password", password=password, new_password=new)

    assert answer.status_code == 422
    assert list(maya.errors()) == [field]
    assert another.open("/account").url.path == "/account"


def test_one_other_place_is_logged_out(maya: Browser, another: Browser) -> None:
    """The one that was chosen; this one stays."""
    assert log_in(another, SENTENCE) == "/feed"
    maya.open("/account")

    maya.submit("/account/sessions/end")

    assert "That place is logged out." in maya.text()
    assert another.open("/account").url.path == "/log-in"
    assert maya.open("/account").url.path == "/account"


def test_a_token_is_shown_once_and_can_be_taken_back(maya: Browser) -> None:
    """After that it opens nothing."""
    token = re.search(r"osk_[\w-]+", maya.submit("/account/tokens").text)
    assert token
    bearer = {"authorization": f"Bearer {token[0]}"}
    assert maya.get("/api/v1/me", headers=bearer).json()["email"] == "maya@example.org"
    assert token[0] not in maya.open("/account").text

    maya.submit("/account/tokens/end")

    assert maya.get("/api/v1/me", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("path", "field", "made_by"),
    [("/account/sessions/end", "session", None), ("/account/tokens/end", "token", "/account/tokens")],
)
def test_nobody_ends_what_is_another_s(maya: Browser, ben: Browser, path: str, field: str, made_by: str | None) -> None:
    """Not even by knowing its id."""
    if made_by:
        maya.submit(made_by)
        bearer = {"authorization": f"Bearer {re.findall(r'osk_[0-9A-Za-z_-]+', maya.page.text)[0]}"}  # type: ignore[union-attr]
        target = next(form for form in maya.forms() if form.action == path).fields[field]
    else:
        bearer = {}
        elsewhere = signed_in_elsewhere(maya)
        target = next(form for form in maya.forms() if form.action == path).fields[field]
        assert elsewhere
    own = next(form for form in ben.forms() if form.action == "/account").fields["csrf_token"]

    assert ben.post(path, data={"csrf_token": own, field: target}).status_code in {200, 303}

    if made_by:
        assert maya.get("/api/v1/me", headers=bearer).status_code == 200
    else:
        maya.open("/account")
        assert target in {form.fields.get(field) for form in maya.forms()}


def signed_in_elsewhere(maya: Browser) -> bool:
    """Sign Maya in at a second place, and show her account page with it."""
    first = maya.cookies["opensky"]
    maya.cookies.delete("opensky")
    log_in(maya, SENTENCE)
    second = maya.cookies["opensky"]
    maya.open("/account")
    return first != second
