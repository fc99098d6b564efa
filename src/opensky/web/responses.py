"""What a controller gives back."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from opensky.web.streaming import Source

_LOCAL_SAFE = "/%?&=#:@!$'()*+,;~-._"


class Page:
    """A template and its context, to be rendered."""

    __slots__ = ("context", "headers", "status", "template")

    def __init__(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
    ) -> None:
        self.template = template
        self.status = status
        self.headers = headers or {}
        self.context = context


class Redirect:
    """Go to another page of ours (303, so that a reload does not send the form again). ``flash`` is shown there once.

    With ``problem`` the flash is shown as bad news: a refusal must not look like success. A path from outside, such as ``next``, goes through ``local_path`` first.
    """

    __slots__ = ("flash", "path", "problem")

    def __init__(self, path: str, *, flash: str = "", problem: bool = False) -> None:
        self.path = quote(path, safe=_LOCAL_SAFE)
        self.flash = flash
        self.problem = problem


class Download:
    """A file that a page's link gives, made for this request. ``name`` is plain ASCII, ``kind`` its media type.

    A long one is given in pieces, which are asked for while they are sent: what they read they open themselves, as the
    request is over by then.
    """

    __slots__ = ("body", "kind", "name")

    def __init__(self, name: str, kind: str, body: bytes | Iterator[bytes]) -> None:
        self.name = name
        self.kind = kind
        self.body = body


class Framed:
    """A whole document that a page of ours shows in a frame, such as a letter: it loads nothing and runs nothing."""

    __slots__ = ("html",)

    def __init__(self, html: str) -> None:
        self.html = html


class Live:
    """Events as they happen, to whoever stays to listen; ``source`` gives them (see ``web.streaming``). Who listens is asked anew every two minutes."""

    __slots__ = ("source",)

    def __init__(self, source: Source) -> None:
        self.source = source


class Json:
    """An API answer with its own status or headers. Where these do not vary, return the struct itself."""

    __slots__ = ("data", "headers", "status")

    def __init__(self, data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.status = status
        self.headers = headers or {}


def local_path(path: str, default: str = "/") -> str:
    """Return ``path`` if it leads to a page of this shop, else ``default``: the guard of every ``next``.

    Browsers read a backslash as a slash and drop tabs and newlines, so what contains one is refused, not repaired.
    """
    if not path.startswith("/") or path.startswith("//") or any(c <= " " or c in "\\\x7f" for c in path):
        return default
    try:
        parts = urlsplit(path)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else path
