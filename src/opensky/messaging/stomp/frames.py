"""Frames of STOMP 1.0, 1.1 and 1.2: written to bytes, and read from a stream of bytes in whole blocks.

The rules are those of the specification (stomp.github.io, "STOMP Protocol Specification, Version 1.2"): headers end at an empty line, a
body at its ``content-length`` or at a zero byte, and of a header that is there twice the first counts.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from opensky.messaging.stomp.errors import BrokenFrame

LONGEST_HEADERS, LONGEST_BODY = 64 * 1024, 16 * 1024 * 1024
HEARTBEAT = b"\n"
_UNESCAPED = frozenset(("CONNECT", "CONNECTED", "STOMP"))
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPES = {"n": "\n", "c": ":", "\\": "\\", "r": "\r"}
V10, V11, V12 = "1.0", "1.1", "1.2"


class Frame(NamedTuple):
    """A command, its headers and a body of any bytes."""

    command: str
    headers: Mapping[str, str]
    body: bytes = b""


def encode(frame: Frame, version: str = V12) -> bytes:
    """Return a frame as it goes over the wire. A body gets its length, so that it may hold any byte.

    Raises:
        BrokenFrame: a header that this version of the protocol cannot carry.
    """
    command, headers, body = frame
    lines = [command]
    plain = command in _UNESCAPED or version == V10
    for name, value in headers.items():
        if plain:
            if "\n" in name or "\n" in value or ":" in name:
                raise BrokenFrame(f"STOMP {version} cannot carry the header {name!r}: {value!r}.")
            lines.append(f"{name}:{value}")
        else:
            lines.append(f"{_escaped(name, version)}:{_escaped(value, version)}")
    if body:
        lines.append(f"content-length:{len(body)}")
    return b"%b\n\n%b\0" % ("\n".join(lines).encode(), body)


class Parser:
    """Makes frames of bytes as they come. One for each connection; heart-beats are passed over.

    ``version`` is set once it has been negotiated.
    """

    def __init__(
        self, version: str = V12, *, longest_headers: int = LONGEST_HEADERS, longest_body: int = LONGEST_BODY
    ) -> None:
        self.version = version
        self._longest_headers = longest_headers
        self._longest_body = longest_body
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that are whole now.

        Raises:
            BrokenFrame: this is not STOMP, or too large; the connection cannot be used any more.
        """
        buffer = self._buffer
        buffer += data
        found: list[Frame] = []
        start = 0
        try:
            while True:
                while start < len(buffer) and buffer[start] in b"\r\n":
                    start += 1
                frame, end = self._next(start)
                if frame is None:
                    return found
                found.append(frame)
                start = end
        finally:
            del buffer[:start]

    def _next(self, start: int) -> tuple[Frame | None, int]:
        buffer = self._buffer
        at, width = _blank_line(buffer, start)
        if at < 0 or at - start > self._longest_headers:
            if len(buffer) - start > self._longest_headers:
                raise BrokenFrame(f"No frame begins within {self._longest_headers} bytes; is this a STOMP server?")
            return None, start
        command, headers = self._head(bytes(buffer[start:at]))
        body_at = at + width
        length = headers.get("content-length")
        if length is None:
            end = buffer.find(b"\0", body_at)
            if end < 0:
                self._check_length(len(buffer) - body_at)
                return None, start
        else:
            end = body_at + self._length(length)
            if len(buffer) <= end:
                return None, start
            if buffer[end]:
                raise BrokenFrame(f"A {command} frame does not end where its content-length says.")
        self._check_length(end - body_at)
        return Frame(command, headers, bytes(buffer[body_at:end])), end + 1

    def _head(self, block: bytes) -> tuple[str, dict[str, str]]:
        try:
            text = block.decode()
        except UnicodeDecodeError as error:
            raise BrokenFrame("The headers of a frame are not UTF-8.") from error
        command, *lines = text.replace("\r\n", "\n").split("\n") if "\r" in text else text.split("\n")
        plain = command in _UNESCAPED or self.version == V10
        headers: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise BrokenFrame(f"A header of a {command} frame has no colon: {line[:80]!r}.")
            if "\\" in line and not plain:
                name, value = _unescaped(name), _unescaped(value)
            headers.setdefault(name, value)
        return command, headers

    def _length(self, text: str) -> int:
        if not (text.isascii() and text.isdecimal()):
            raise BrokenFrame(f"The content-length is no number: {text[:40]!r}.")
        return self._check_length(int(text[:12]))

    def _check_length(self, length: int) -> int:
        if length > self._longest_body:
            raise BrokenFrame(f"A body of {length} bytes is larger than {self._longest_body}.")
        return length


def _blank_line(buffer: bytearray, start: int) -> tuple[int, int]:
    """Return where the headers end, and how many bytes the blank line has."""
    short = buffer.find(b"\n\n", start)
    long = buffer.find(b"\n\r\n", start, short if short >= 0 else len(buffer))
    if long >= 0:
        return (long - 1, 4) if buffer[long - 1 : long] == b"\r" else (long, 3)
    return short, 2


def _escaped(text: str, version: str) -> str:
    if "\\" in text or "\n" in text or ":" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace(":", "\\c")
        if "\r" in text:
            if version == V11:
                raise BrokenFrame(f"STOMP 1.1 cannot carry a carriage return in a header: {text[:80]!r}.")
            text = text.replace("\r", "\\r")
    return text


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    known = _ESCAPES.get(match.group(1))
    if known is None:
        raise BrokenFrame(f"A header holds an unknown escape: {match.string[:80]!r}.")
    return known
