"""STOMP frames: what is written can be read, in whatever pieces it comes; what is not STOMP is refused, and never hangs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.messaging.stomp import BrokenFrame, Frame, Parser, encode
from opensky.messaging.stomp.frames import V10, V11, V12

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
frames = st.builds(
    Frame,
    st.sampled_from(["SEND", "MESSAGE", "ACK", "RECEIPT", "ERROR"]),
    st.dictionaries(names.filter(lambda name: name != "content-length"), values, max_size=6),
    st.binary(max_size=300),
)


@given(st.lists(frames, max_size=5), st.data())
def test_what_is_written_is_read_in_whatever_pieces_it_comes(sent: list[Frame], data: st.DataObject) -> None:
    """Headers with colons, line ends and backslashes, bodies of any bytes, heart-beats in between."""
    stream = b"\n".join(encode(frame) for frame in sent) + b"\r\n\n"
    parser, got = Parser(), []
    at = 0
    while at < len(stream):
        step = data.draw(st.integers(1, 64))
        got += parser.feed(stream[at : at + step])
        at += step
    assert [(f.command, _without_length(f), f.body) for f in got] == [(f.command, f.headers, f.body) for f in sent]


def _without_length(frame: Frame) -> dict[str, str]:
    return {name: value for name, value in frame.headers.items() if name != "content-length"}


@given(st.binary(max_size=2000))
def test_garbage_is_refused_or_waited_for_but_never_crashes(garbage: bytes) -> None:
    """The only error is the one that says so."""
    try:
        Parser(longest_headers=200, longest_body=500).feed(garbage)
    except BrokenFrame:
        return


def test_the_first_of_two_equal_headers_counts() -> None:
    """As the specification has it: a server that passes a frame on puts its own in front."""
    [frame] = Parser().feed(b"MESSAGE\nfoo:World\nfoo:Hello\n\n\0")
    assert frame.headers == {"foo": "World"}


@pytest.mark.parametrize(
    ("version", "wire", "value"),
    [(V12, b"a\\rb\\nc\\cd\\\\e", "a\rb\nc:d\\e"), (V11, b"b\\nc\\cd\\\\e", "b\nc:d\\e"), (V10, b"c\\nd", "c\\nd")],
)
def test_each_version_has_its_escapes(version: str, wire: bytes, value: str) -> None:
    """1.0 has none."""
    [frame] = Parser(version).feed(b"MESSAGE\nx:" + wire + b"\n\n\0")
    assert frame.headers["x"] == value


def test_lines_may_end_with_a_carriage_return() -> None:
    """From 1.2 on."""
    [frame] = Parser().feed(b"\r\n\r\nMESSAGE\r\nx:1\r\n\r\nbody\0")
    assert frame == Frame("MESSAGE", {"x": "1"}, b"body")


def test_a_body_with_zero_bytes_ends_where_its_length_says() -> None:
    """Binary bodies need the length."""
    parser = Parser()
    assert parser.feed(encode(Frame("SEND", {}, b"\0\0x\0"))) == [Frame("SEND", {"content-length": "4"}, b"\0\0x\0")]


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        (b"MESSAGE\nno colon\n\n\0", "no colon"),
        (b"MESSAGE\nx:\\t\n\n\0", "unknown escape"),
        (b"MESSAGE\ncontent-length:-1\n\n\0", "no number"),
        (b"MESSAGE\ncontent-length:2\n\nabc\0", "content-length says"),
        (b"MESSAGE\ncontent-length:9999999\n\n\0", "larger than"),
        (b"MESSAGE\nx:\xff\n\n\0", "not UTF-8"),
        (b"HTTP/1.1 400 Bad Request " * 20, "is this a STOMP server"),
    ],
)
def test_what_is_no_frame_is_refused_with_the_reason(wire: bytes, told: str) -> None:
    """The connection cannot be used after it."""
    with pytest.raises(BrokenFrame, match=told):
        Parser(longest_headers=300, longest_body=1000).feed(wire)


def test_a_header_that_a_version_cannot_carry_is_refused_when_it_is_written() -> None:
    """It would become another header on its way."""
    with pytest.raises(BrokenFrame):
        encode(Frame("SEND", {"x": "a\nb"}), V10)
    with pytest.raises(BrokenFrame):
        encode(Frame("SEND", {"x": "a\rb"}), V11)
