"""All visitors of a shop: they come at random, as many as the profile says, each minds their own business."""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable
from datetime import datetime
from random import Random

from opensky.traffic.client import Client, NoAnswer, Place
from opensky.traffic.profiles import Profile
from opensky.traffic.tally import Tally
from opensky.traffic.town import Cards, Town, look_around
from opensky.traffic.visitor import GaveUp, Visitor
from opensky.traffic.visits import VISITS

_MOST_HERE = 600
"""More than so many at once do not come in: a shop that hangs shall not fill this machine with those who wait."""
_LONGEST_GAP = 1.0
"""After so many seconds without anybody the rate is looked at again."""
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"

Say = Callable[[str], object]


class Crowd:
    """Who comes to a shop, until told to stop."""

    def __init__(
        self,
        place: Place,
        profile: Profile,
        *,
        seed: int,
        rate: float | None = None,
        cards: Cards | None = None,
        pace: float = 1.0,
    ) -> None:
        """Get ready; ``rate`` are visitors a minute in place of the profile's, ``pace`` shortens their thinking."""
        self.tally = Tally()
        self._place = place
        self._profile = profile
        self._times = 1.0 if rate is None else rate / profile.visitors
        self._seed = seed
        self._cards = cards or Cards()
        self._pace = pace
        self._random = Random(seed)
        self._several = _has_many_addresses(place.host)
        self._stop = asyncio.Event()
        self._here: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Have everybody leave; ``run`` returns soon."""
        self._stop.set()

    async def run(self, say: Say, *, seconds: float | None = None, every: float = 10.0) -> None:
        """Let visitors come, and say every so many seconds what they do.

        Raises:
            NoAnswer: the shop does not answer at the start; what it does later is counted.
            NothingToSee: it has no products.
        """
        town = await self._town()
        async with asyncio.TaskGroup() as visitors:
            talking = visitors.create_task(self._talk(say, every))
            try:
                async with asyncio.timeout(seconds):
                    await self._let_in(town, visitors)
            except TimeoutError:
                pass
            talking.cancel()
            for each in list(self._here):
                each.cancel()

    @property
    def here(self) -> int:
        """How many visitors are in the shop."""
        return len(self._here)

    async def _town(self) -> Town:
        scout = Client(self._place, lambda *_: None)
        try:
            return await look_around(scout, self._random, cards=self._cards, mark=_in_letters(int(time.time())))
        finally:
            scout.close()

    async def _let_in(self, town: Town, visitors: asyncio.TaskGroup) -> None:
        began = time.monotonic()
        fad = town.wanted(self._random)
        due = began
        while not self._stop.is_set():
            rate = self._times * self._profile.rate(time.monotonic() - began, _second_of_day())
            gap = self._random.expovariate(rate / 60) if rate > 0 else _LONGEST_GAP
            due += min(gap, _LONGEST_GAP)
            await self._pause(due - time.monotonic())
            if gap <= _LONGEST_GAP and len(self._here) < _MOST_HERE and not self._stop.is_set():
                task = visitors.create_task(self._visit(town, fad))
                self._here.add(task)
                task.add_done_callback(self._here.discard)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._stop.wait()
        except TimeoutError:
            pass

    async def _visit(self, town: Town, fad: str) -> None:
        self.tally.came += 1
        number = self.tally.came
        random = Random(f"{self._seed} {number}")
        profile = self._profile
        client = Client(self._place, self.tally.heard, own=_address(random) if self._several else "")
        visitor = Visitor(
            client,
            town,
            town.somebody(number, random),
            random,
            self.tally,
            pace=self._pace,
            fad=fad if random.random() < profile.crowd else "",
        )
        what = random.choices(list(profile.mix), list(profile.mix.values()))[0]
        try:
            await VISITS[what](visitor)
        except (GaveUp, NoAnswer):
            pass  # what failed is counted already
        finally:
            client.close()

    async def _talk(self, say: Say, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            self.tally.here = self.here
            say(self.tally.line())


def _second_of_day() -> float:
    now = datetime.now().astimezone()
    return now.hour * 3600 + now.minute * 60 + now.second


def _has_many_addresses(host: str) -> bool:
    """Whether visitors can come from addresses of their own: all of 127.0.0.0/8 is this machine, on Linux without doing anything."""
    try:
        return host.startswith("127.") and ipaddress.ip_address(host).is_loopback and _binds("127.77.1.1")
    except ValueError:
        return False


def _binds(address: str) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _address(random: Random) -> str:
    return f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}"


def _in_letters(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, len(_LETTERS))
        text = _LETTERS[digit] + text
    return text
