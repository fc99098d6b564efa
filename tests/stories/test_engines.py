"""The whole shop on each engine, unchanged, by one URL: MariaDB, PostgreSQL, and documents in MongoDB."""

import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from opensky.devo.follows.objects import Follow, FollowerCount
from opensky.devo.members.objects import Member
from opensky.devo.sellers.objects import Seller
from opensky.settings import Settings
from opensky.testing.buying import SUSPECT, Buyer, Clerk, wait_for
from opensky.wiring import open_database

pytestmark = [pytest.mark.services, pytest.mark.slow]

STAFF = {"email": "staff@demo.example", "password": "demo-staff-pass"}
ADDRESS = {"name": "Nora Lind", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "BE"}


class Visitor:
    """Somebody with a browser that keeps cookies and knows no scripts."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=30, follow_redirects=True)
        self._token = ""

    def open(self, path: str) -> str:
        """Get a page, which must be there."""
        answer = self.http.get(path)
        assert answer.status_code == 200, f"GET {path}: {answer.status_code}\n{answer.text}"
        return self._seen(answer)

    def send(self, path: str, **fields: str) -> str:
        """Send a form, and follow where it leads; it is refused where that is what ``expect`` says."""
        expect = int(fields.pop("expect", "200"))
        answer = self.http.post(path, data={"csrf_token": self._token, **fields})
        assert answer.status_code == expect, f"POST {path}: {answer.status_code}\n{answer.text}"
        return self._seen(answer)

    def _seen(self, answer: httpx.Response) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        self._token = found[1] if found else self._token
        return answer.text


@pytest.fixture
def visitor(served_shop: Any) -> Iterator[Callable[[], Visitor]]:
    """Opens browsers, and looks into the shop's log at the end."""
    with ExitStack() as stack:

        def made() -> Visitor:
            visitor = Visitor(served_shop.address)
            stack.enter_context(visitor.http)
            return visitor

        yield made
    assert "web.failed" not in served_shop.log


def test_from_sign_up_to_the_order_in_the_admin(visitor: Callable[[], Visitor]) -> None:
    """The shop's main story: sign up, follow, feed, bag, pay, order, admin."""
    nora = visitor()
    nora.open("/sign-up")
    nora.send("/sign-up", name="Nora Lind", email="nora@example.org", password="seven blue cacti")

    insiders = re.findall(r'href="/insiders/([^"/]+)"', nora.open("/insiders"))[:3]
    for slug in insiders:
        nora.send(f"/insiders/{slug}/follow")
    feed = nora.open("/feed")
    sellers = set(re.findall(r'class="chip" href="/insiders/([^"]+)"', feed))
    assert sellers
    assert sellers <= set(insiders)

    for path in re.findall(r'href="(/products/[^"]+)"', feed):
        page = nora.open(path)
        if skus := re.findall(r'name="sku" value="([^"]+)"', page):
            break
    else:
        pytest.fail("Everything in the feed is sold out.")
    thing = re.search(r"<h1[^>]*>([^<]+)", page)
    assert thing is not None
    nora.send("/bag/add", product=path.removeprefix("/products/"), sku=skus[0], quantity="1")
    assert thing[1] in nora.open("/bag")

    form = nora.open("/checkout")
    declined = nora.send("/checkout", expect="409", **paying(form), payment_token="4000 0000 0000 0002")
    assert "declined" in declined
    placed = nora.send("/checkout", **paying(declined), payment_token="4242 4242 4242 4242")
    [number] = set(re.findall(r"OS-\w+", placed))
    assert number in nora.open("/orders")

    staff = visitor()
    staff.open("/log-in")
    staff.send("/log-in", **STAFF)
    assert number in staff.open(f"/admin/orders?q={number}")
    order = staff.open(f"/admin/orders/{number}")
    assert thing[1] in order
    assert "nora@example.org" in order


def paying(form: str) -> dict[str, str]:
    """Return what to send with a checkout form, but for the card."""
    hidden = {name: re.findall(rf'name="{name}" value="([^"]+)"', form)[0] for name in ("key", "total")}
    return ADDRESS | hidden | {"email": "nora@example.org"}


def test_search_finds_products_and_insiders(visitor: Callable[[], Visitor]) -> None:
    """By whole words and by beginnings, without regard to case; what is not there is not found."""
    guest = visitor()
    assert "/products/everyday-bowl" in guest.open("/search?q=BOWL")
    assert "/products/everyday-bowl" in guest.open("/search?q=bow")
    assert "/insiders/gus-lindqvist" in guest.open("/search?q=lindqvist")
    assert "/products/" not in guest.open("/search?q=dirigible")


def test_every_list_and_the_api_answer(visitor: Callable[[], Visitor]) -> None:
    """Each page that a guest can reach, and each list of the API, to the end of its pages."""
    guest = visitor()
    home = guest.open("/")
    for path in sorted(set(re.findall(r'href="(/(?:shelves|insiders|products)/[^"?#]+)"', home))):
        guest.open(path)
    for path, name in (("/api/v1/products?limit=7", "products"), ("/api/v1/sellers?limit=5", "sellers")):
        seen: list[str] = []
        after = "begin"
        while after:
            answer = guest.http.get(path if after == "begin" else f"{path}&after={after}")
            assert answer.status_code == 200, answer.text
            page = answer.json()
            seen += [each["slug"] for each in page[name]]
            after = page["after"]
        assert len(seen) == len(set(seen)) > 10


class Fields(HTMLParser):
    """What a browser would send with the form of the main part, if nobody typed anything."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._inside, self._area = False, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action", "").endswith("/edit")
        elif self._inside and tag in ("input", "textarea") and given.get("name"):
            if given.get("type") != "checkbox" or "checked" in given:
                self.values[given["name"]] = given.get("value", "")
            self._area = given["name"] if tag == "textarea" else ""

    def handle_endtag(self, tag: str) -> None:
        self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


def test_staff_edit_a_product_and_the_shop_shows_it(visitor: Callable[[], Visitor]) -> None:
    """A change in the admin is on the product's page, on its card and in the search at once."""
    staff = visitor()
    staff.open("/log-in")
    staff.send("/log-in", **STAFF)
    fields = Fields(staff.open("/admin/products/moon-jar/edit")).values
    assert fields["name"] == "Moon Jar"

    staff.send("/admin/products/moon-jar/edit", **(fields | {"name": "Zeppelin Jar"}))

    guest = visitor()
    assert "Zeppelin Jar" in guest.open("/products/moon-jar")
    assert "Zeppelin Jar" in guest.open("/search?q=zeppel")
    assert "Moon Jar" not in guest.open("/search?q=moon")


def test_staff_edit_an_insider_and_a_product_and_take_one_back(visitor: Callable[[], Visitor]) -> None:
    """Both are in the timeline, and in the file that is made while it is sent; the other one stays."""
    staff = visitor()
    staff.open("/log-in")
    staff.send("/log-in", **STAFF)
    for path, changed in (
        ("/admin/sellers/gus-lindqvist/edit", {"town": "Ystad", "reason": "He moved"}),
        ("/admin/products/everyday-bowl/edit", {"words": "For every day but Sunday.", "reason": "He asked"}),
    ):
        staff.send(path, **(Fields(staff.open(path)).values | changed))

    timeline = staff.open("/admin/history")
    assert "He moved" in timeline
    assert "He asked" in timeline
    exported = staff.http.get("/admin/history/export.csv")
    assert "content-length" not in exported.headers
    assert {"town", "words"} <= {line["field"] for line in csv.DictReader(io.StringIO(exported.text))}

    change = re.findall(r'class="when" href="(/admin/history/\d+)"', timeline)[0]
    asked = staff.open(f"{change}/revert?field=words")
    [version] = re.findall(r'name="version" value="(\d+)"', asked)
    staff.send(f"{change}/revert", field="words", version=version, reason="He did not ask")
    guest = visitor()
    assert "For every day but Sunday." not in guest.open("/products/everyday-bowl")
    assert "Ystad" in guest.open("/insiders/gus-lindqvist")


def test_the_bus_holds_a_suspect_order_until_staff_releases_it(served_shop: Any) -> None:
    """The bus of `up` works on the same engine, and brings its verdict to the shop."""
    with Buyer(served_shop.address) as buyer, Clerk(served_shop.address) as clerk:
        suspect = buyer.buy(SUSPECT)
        assert suspect["state"] == "paid"
        wait_for(lambda: buyer.state(suspect) == "held", "the order should be held")
        clerk.release(suspect)
        assert buyer.state(suspect) != "held"


def test_the_doctor_finds_the_running_shop_well(served_shop: Any, served_engine: dict[str, str]) -> None:
    """While it is in use: nothing is wrong, and the taken port is its own."""
    environ = {n: v for n, v in os.environ.items() if not n.startswith("OPENSKY_")}
    environ |= {f"OPENSKY_{name.upper()}": url for name, url in served_engine.items()}
    environ |= {"OPENSKY_DATA": str(served_shop.data), "OPENSKY_PORT": served_shop.address.rpartition(":")[2]}

    # In a process of its own: this one may know tables of other tests.
    command = [sys.executable, "-P", "-m", "opensky.cli", "doctor", "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    found = {finding["check"]: finding for finding in json.loads(done.stdout)["checks"]}

    # A Latin default of the database is what these servers are made with on purpose; our own tables do not care.
    assert {name for name, finding in found.items() if finding["state"] != "ok"} <= {"texts"}, found
    assert "a shop is running in this folder" in found["port"]["says"]


def test_a_graph_of_follows_is_imported(engine: dict[str, str], tmp_path: Path) -> None:
    """Members, insiders, follows and counters; a second time nothing is doubled."""
    graph = tmp_path / "graph.csv.gz"
    edges = [(a, b) for a in range(1, 60) for b in range(100, 120) if (a * b) % 3 == 0]
    graph.write_bytes(gzip.compress("\n".join(f"{a},{b}" for a, b in edges).encode()))
    environment = {n: v for n, v in os.environ.items() if not n.startswith("OPENSKY_")}
    environment |= {f"OPENSKY_{name.upper()}": url for name, url in engine.items()}
    settings = Settings(data=tmp_path / "var", secret_key="0" * 64, **engine)  # type: ignore[arg-type]  # two URLs

    for _ in range(2):
        done = subprocess.run(
            [
                sys.executable,
                "-P",
                "-m",
                "opensky.cli",
                "import",
                "follows",
                str(graph),
                "--data",
                str(settings.data),
                "--json",
            ],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["imported"] == {"members": 59, "insiders": 20, "follows": len(edges)}
        with closing(open_database(settings)) as database, database.unit_of_work(read_only=True) as unit:
            assert len(unit.find(Follow)) == len(edges)
            assert (len(unit.find(Member)), len(unit.find(Seller))) == (59, 20)
            assert sum(each.followers for each in unit.find(FollowerCount)) == len(edges)
