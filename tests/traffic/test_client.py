"""The browser of a visitor, before a server that behaves and one that does not."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from opensky.traffic.client import Answer, Client, NoAnswer, Place

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Use = Callable[[Client], Awaitable[Answer]]


def at(talk: Talk, use: Use, *, patience: float = 10) -> tuple[Answer | str, list[tuple[str, int]]]:
    """Serve with ``talk``, use a client there, and return what came of it, and what the client told of it."""
    heard: list[tuple[str, int]] = []

    talks: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())  # type: ignore[arg-type]  # here there is one
        try:
            await talk(reader, writer)
        finally:
            writer.close()
            await asyncio.wait([asyncio.create_task(writer.wait_closed())])

    async def both() -> Answer | str:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        client = Client(
            Place("127.0.0.1", server.sockets[0].getsockname()[1]),
            lambda path, status, _: heard.append((path, status)),
            patience=patience,
        )
        try:
            return await use(client)
        except NoAnswer as error:
            return str(error)
        finally:
            client.close()
            server.close()
            await asyncio.gather(*talks)

    return asyncio.run(both()), heard


async def asked(reader: asyncio.StreamReader) -> list[str]:
    """Read the head of a request."""
    return (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")


def answer(*head: str, text: str = "", status: str = "200 OK") -> bytes:
    """Return an answer's bytes."""
    return "\r\n".join((f"HTTP/1.1 {status}", f"content-length: {len(text)}", *head, "", text)).encode()


def test_it_keeps_cookies_and_goes_where_it_is_led() -> None:
    heads: list[list[str]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await asked(reader))
        await reader.readexactly(len("a=b"))
        writer.write(answer("location: /there", "Set-Cookie: bag=7; Path=/", status="303 See Other"))
        heads.append(await asked(reader))
        writer.write(answer("connection: close", text="here"))

    found, heard = at(talk, lambda client: client.post("/send", {"a": "b"}))

    assert found == Answer(200, "/there", "here")
    assert (heads[0][0], heads[1][0]) == ("POST /send HTTP/1.1", "GET /there HTTP/1.1")
    assert "Cookie: bag=7" in heads[1]
    assert heard == [("/send", 303), ("/there", 200)]


def test_a_connection_that_was_let_go_meanwhile_is_opened_anew() -> None:
    """As browsers do; nobody has failed, so no failure is told."""
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await asked(reader)
        writer.write(answer(text="well"))

    async def twice(client: Client) -> Answer:
        await client.get("/one")
        await asyncio.sleep(0.05)
        return await client.get("/two")

    found, heard = at(talk, twice)

    assert (found, connections) == (Answer(200, "/two", "well"), 2)
    assert heard == [("/one", 200), ("/two", 200)]


@pytest.mark.parametrize(
    ("sent", "said"), [(b"", "broken off"), (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", "broken off")]
)
def test_an_answer_that_breaks_off_is_a_failure(sent: bytes, said: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(sent)

    assert at(talk, lambda client: client.get("/x")) == (said, [("/x", 0)])


def test_who_gets_no_answer_does_not_wait_for_ever() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        await reader.read()

    assert at(talk, lambda client: client.get("/x"), patience=0.1) == ("no answer in time", [("/x", 0)])


def test_a_shop_that_is_not_there_is_a_failure() -> None:
    async def use(client: Client) -> Answer:
        return await Client(Place("127.0.0.1", 1), lambda *_: None).get("/")

    async def talk(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        """Nobody comes here."""

    assert at(talk, use)[0] == "refused"
