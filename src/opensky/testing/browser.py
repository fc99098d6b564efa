"""A browser without JavaScript: keeps cookies, fills in forms that it has seen, and sends what browsers send."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import unescape
from html.parser import HTMLParser
from typing import Any

from anyio.from_thread import start_blocking_portal
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

_SAME = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}


class Browser(TestClient[Litestar]):
    """Talks to an application in this process. Redirects are followed, as browsers do."""

    def __init__(self, app: Litestar, address: str = "http://127.0.0.1:8000") -> None:
        super().__init__(app, base_url=address)
        self.page: Response | None = None

    def open(self, path: str) -> Response:
        """Go to a page."""
        self.page = self.get(path, follow_redirects=True)
        return self.page

    def submit(self, action: str, **typed: str | Sequence[str]) -> Response:
        """Fill in the form of the page that posts to ``action``, and send it.

        Raises:
            AssertionError: there is no such form on the page, or it has no such field.
        """
        form = next((f for f in self.forms() if f.action == action), None)
        assert form is not None, f"There is no form that posts to {action} on {self.page and self.page.url}."
        names = {name.replace("__", "."): value for name, value in typed.items()}
        assert not names.keys() - form.names, f"The form has no {names.keys() - form.names}; it has {form.names}."
        fields = {**form.fields, **{k: v if isinstance(v, str) else list(v) for k, v in names.items()}}
        self.page = self.post(action, data=fields, headers=_SAME, follow_redirects=True)
        return self.page

    def forms(self) -> list["FormSeen"]:
        """Return the forms of the page."""
        assert self.page is not None, "No page is open."
        reader = _Forms()
        reader.feed(self.page.text)
        return reader.found

    @property
    def heading(self) -> str:
        """The page's main heading."""
        assert self.page is not None, "No page is open."
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page.text, re.DOTALL)
        return _words(found[1]) if found else ""

    @property
    def path(self) -> str:
        """Where the browser is."""
        assert self.page is not None, "No page is open."
        return str(self.page.url.raw_path, "ascii")

    def text(self) -> str:
        """Return the words of the page, without its markup."""
        assert self.page is not None, "No page is open."
        return _words(re.sub(r"<(script|style).*?</\1>", "", self.page.text, flags=re.DOTALL))

    def errors(self) -> dict[str, str]:
        """Return what stands beside the fields that were wrong."""
        assert self.page is not None, "No page is open."
        found = re.findall(r'<p class="error" id="([^"]+)-error">(.*?)</p>', self.page.text)
        return {name: _words(text) for name, text in found}


@contextmanager
def browsing(app: Litestar) -> Iterator[Browser]:
    """Open a browser; it is closed with the block."""
    browser = Browser(app)
    with start_blocking_portal() as browser.blocking_portal:
        yield browser


class FormSeen:
    """A form on a page: where it goes, what it holds, and what can be typed into it."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, Any] = {}
        self.names: set[str] = set()


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[FormSeen] = []
        self._in_textarea = ""
        self._in_select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(FormSeen(given.get("action", "")))
        # Nothing chosen: a browser sends the first.
        taken = "selected" in given or not self.found or self._in_select not in self.found[-1].fields
        if tag == "option" and self._in_select and taken:
            self.found[-1].fields[self._in_select] = given.get("value", "")
        if not self.found or "name" not in given:
            return
        if tag in {"input", "textarea", "select"}:
            self.found[-1].names.add(given["name"])
        if tag == "input" and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.found[-1].fields[given["name"]] = given.get("value", "")
        if tag == "select":
            self._in_select = given["name"]
        if tag == "textarea":
            self._in_textarea = given["name"]
            self.found[-1].fields[given["name"]] = ""

    def handle_data(self, data: str) -> None:
        if self._in_textarea:
            self.found[-1].fields[self._in_textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._in_textarea = ""
        if tag == "select":
            self._in_select = ""


def _words(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())
