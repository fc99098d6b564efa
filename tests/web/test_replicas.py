"""Read replicas: pages are read there, but whoever has just written sees what they wrote."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from opensky.persistence import Database
from opensky.testing.conformance.model import MODEL
from opensky.testing.engines import fresh

pytestmark = pytest.mark.services


@pytest.fixture(params=["TEST_POSTGRESQL_URL", "TEST_MARIADB_URL"])
def two(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Two databases of one server: the second stands for a replica that lags behind for ever."""
    server = os.environ.get(request.param)
    if not server:
        pytest.skip("needs servers: ./opensky test --services")
    with fresh(server) as primary, fresh(server) as replica:
        yield primary, replica


@pytest.fixture
def shop(two: tuple[str, str], open_shop: Callable[..., Any]) -> Any:
    """A shop on the two."""
    primary, replica = two
    lagging = Database(replica, MODEL)
    lagging.create()
    lagging.close()
    return open_shop(database_url=primary, replica_urls=replica, replica_sticky_seconds=7)


def test_who_wrote_reads_what_they_wrote_for_some_seconds(browser: Any) -> None:
    """The session of a log-in is found at once; later it must have reached the replica, which here it never does."""
    answer = browser.submit("/log-in")
    assert "opensky-wrote=1; Path=/; Max-Age=7; HttpOnly; SameSite=Lax" in answer.headers.get_list("set-cookie")
    assert browser.get("/mine", follow_redirects=False).status_code == 200
    del browser.cookies["opensky-wrote"]  # the seconds are over
    assert browser.get("/mine", follow_redirects=False).status_code == 303


def test_a_form_is_read_from_the_database_itself(browser: Any, shop: Any) -> None:
    """What an action decides by is never old."""
    browser.log_in()
    csrf = browser.csrf()
    del browser.cookies["opensky-wrote"]
    assert browser.submit("/end-others", csrf_token=csrf).headers["location"] == "/mine"
    assert len(shop.sessions()) == 1


def test_a_program_which_keeps_no_cookies_reads_the_database_itself(browser: Any) -> None:
    """An answer of the API is never older than the last one."""
    browser.log_in()
    made = browser.submit("/token").text
    token = made.rpartition("<p>")[2].partition("</p>")[0]
    assert browser.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).json()["name"] == "Ann"


def test_a_replica_that_is_gone_is_done_without(two: tuple[str, str]) -> None:
    """The reader asks the database itself."""
    database = Database(two[0], MODEL, replicas=[two[1].rpartition("/")[0] + "/there_is_none"])
    database.create()
    with database.reader(primary=False) as reader:
        assert reader.count(MODEL[0]) == 0
    database.close()


def test_a_shop_without_replicas_sends_no_such_cookie(open_shop: Callable[..., Any]) -> None:
    """There is nothing to lag."""
    with open_shop().browser() as browser:
        assert "opensky-wrote" not in str(browser.submit("/log-in").headers)
