"""Nobody is led off the shop."""

from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opensky.web import Redirect, local_path

_TRICKS = st.lists(
    st.sampled_from([*"/\\.:@?#%a\t\n\r \x00", "//", "http:", "evil.example", "javascript:", "%2f", "%5c"])
)


@given(st.one_of(st.text(), _TRICKS.map("".join)))
@example("//evil.example")
@example("/\\evil.example")
@example("/\t/evil.example")
@example("https:evil.example")
@example("/%09/evil.example")
def test_a_local_path_stays_on_this_host(path: str) -> None:
    """ASVS 3.7.2: whatever ``next`` holds, the browser stays here."""
    # what browsers do before they read an address: drop tabs and newlines, take a backslash for a slash
    read = local_path(path).translate({9: None, 10: None, 13: None, 92: "/"}).strip()
    there = urlsplit(urljoin("https://shop.example/log-in", read))
    assert (there.scheme, there.netloc) == ("https", "shop.example")
    assert local_path(local_path(path)) == local_path(path)


@pytest.mark.parametrize("path", ["/", "/mine", "/search?q=a%20b&x=//y", "/a/b#part", "/insiders/mara-lindqvist"])
def test_our_own_paths_are_kept(path: str) -> None:
    """The guard changes nothing that is fine."""
    assert local_path(path) == path


@given(st.text())
def test_a_redirect_is_always_a_clean_header(path: str) -> None:
    """No line break, nothing but ASCII."""
    made = Redirect(path.encode("utf-8", "ignore").decode()).path
    assert made.isascii()
    assert not set(made) & {"\r", "\n", " "}


def test_logging_in_leads_only_to_our_pages(browser: Any) -> None:
    """The whole way, through a form."""
    assert browser.submit("/log-in", next="https://evil.example/").headers["location"] == "/"
    assert browser.submit("/log-in", next="/cards?x=1").headers["location"] == "/cards?x=1"
