"""Files: our own (``/static``, kept by browsers for ever, as their address names their content) and people's (``/media``)."""

import gzip
import hashlib
import mimetypes
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from opensky.kernel.errors import NotFound
from opensky.web.answer import Answer
from opensky.web.headers import Headers, SecurityHeaders
from opensky.web.incoming import Incoming

OWN = Path(__file__).parent / "static"
FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")
AN_HOUR = (b"cache-control", b"public, max-age=3600")
_SHOWN_INLINE = ("image/", "font/", "text/css", "text/javascript", "application/json")
_TYPES = {".woff2": "font/woff2", ".js": "text/javascript", ".webp": "image/webp", ".avif": "image/avif"}
_TEXTS = ("text/", "application/json", "image/svg+xml")


class Assets:
    """Finds files below its folders, and never outside of them."""

    def __init__(self, media: Path, security: SecurityHeaders, folders: Sequence[Path] = ()) -> None:
        self._folders = [folder.resolve() for folder in (*folders, OWN)]
        self._media = media
        self._security = security
        self._marks: dict[Path, str] = {}
        self._addresses: dict[str, str] = {}
        self._lock = threading.Lock()

    def static(self, name: str) -> str:
        """Return the address of one of our files, such as ``css/opensky.css``; it changes with the content.

        Raises:
            NotFound: there is no such file, so the template is wrong.
        """
        found = self._addresses.get(name)
        if found is None:
            found = f"/static/{name}?v={self._mark(self._static_file(name))}"
            self._addresses[name] = found
        return found

    def media(self, path: str) -> str:
        """Return the address of a picture that somebody has put in."""
        return f"/media/{path.lstrip('/')}"

    def serve_static(self, incoming: Incoming, name: str) -> Answer:
        """Answer with one of our files."""
        file = self._static_file(name)
        mark = self._mark(file)
        version = incoming.scope["query_string"].decode("latin-1").removeprefix("v=")
        return self._answer(incoming, file, mark, FOREVER if version == mark else AN_HOUR)

    def serve_media(self, incoming: Incoming, name: str) -> Answer:
        """Answer with a picture. Its name says what is in it, so it may be kept; it can run nothing."""
        file = inside(self._media.resolve(), name)
        status = file.stat()
        return self._answer(incoming, file, f"{status.st_mtime_ns:x}-{status.st_size:x}", AN_HOUR)

    def _answer(self, incoming: Incoming, file: Path, mark: str, keep: tuple[bytes, bytes]) -> Answer:
        tag = f'"{mark}"'.encode()
        headers: Headers = [*self._security.file, keep, (b"etag", b"W/" + tag)]
        if tag in incoming.header(b"if-none-match").encode("latin-1"):
            return Answer(304, headers)
        kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if not kind.startswith(_SHOWN_INLINE):
            headers.append((b"content-disposition", b"attachment"))
        charset = "; charset=utf-8" if kind.startswith(_TEXTS) else ""
        headers.append((b"content-type", (kind + charset).encode()))
        if not charset:
            return Answer(200, headers, file.read_bytes())
        headers.append((b"vary", b"accept-encoding"))
        if "gzip" not in incoming.header(b"accept-encoding"):
            return Answer(200, headers, file.read_bytes())
        headers.append((b"content-encoding", b"gzip"))
        return Answer(200, headers, _packed(file, mark))

    def _static_file(self, name: str) -> Path:
        for folder in self._folders:
            try:
                return inside(folder, name)
            except NotFound:
                continue
        raise NotFound("There is no such file.", name=name)

    def _mark(self, file: Path) -> str:
        with self._lock:
            if file not in self._marks:
                self._marks[file] = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
            return self._marks[file]


@lru_cache(maxsize=64)
def _packed(file: Path, mark: str) -> bytes:  # noqa: ARG001 - the mark is part of the key
    """Return a text file compressed, once for each of its contents. Pages are not: their length must not tell what is in them."""
    return gzip.compress(file.read_bytes(), mtime=0)


def inside(folder: Path, name: str) -> Path:
    """Return the file of that name below ``folder``, which must be resolved.

    Raises:
        NotFound: there is none, it is hidden, or the name leads elsewhere, be it by dots or by a link.
    """
    parts = name.strip("/").split("/")
    if any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        raise NotFound("There is no such file.", name=name)
    file = folder.joinpath(*parts)
    try:
        file = file.resolve()
        found = file.is_relative_to(folder) and file.is_file()
    except (OSError, ValueError):
        found = False
    if not found:
        raise NotFound("There is no such file.", name=name)
    return file
