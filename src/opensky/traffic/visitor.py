"""Somebody in front of a browser: sees pages, sends their forms, takes time to think, gives up when the shop fails."""

import asyncio
import math
import re
from dataclasses import dataclass
from functools import cached_property
from random import Random

from opensky.traffic.client import Answer, Client, NoAnswer
from opensky.traffic.tally import Tally
from opensky.traffic.town import Person, Town

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_PRODUCT = re.compile(r'<h3><a href="/products/([^"/?]+)"')
_SKU = re.compile(r'name="sku" value="([^"]+)"(?: checked)?>')
_PART = re.compile(r'(?:href|src)="(/(?:static|media)/[^"]+)"')
_PARTS = 8
"""Of how many styles, scripts and pictures the first page consists, for who has seen none yet; later ones are in the browser."""
_THOUGHT = 4.0
_LONGEST_THOUGHT = 25.0
_FAILED = 500


class GaveUp(Exception):
    """A visitor has had enough, and leaves."""


@dataclass(frozen=True)
class Page:
    """What a visitor sees."""

    answer: Answer

    @property
    def path(self) -> str:
        """Where one is, after what led here."""
        return self.answer.path

    @property
    def text(self) -> str:
        """The page itself."""
        return self.answer.text

    @property
    def status(self) -> int:
        """HTTP's word for how it went."""
        return self.answer.status

    @cached_property
    def products(self) -> list[str]:
        """The slugs of what is shown as a card."""
        return _PRODUCT.findall(self.text)

    @property
    def product(self) -> str:
        """The slug of the thing that this is the page of; empty for other pages."""
        name = self.path.partition("?")[0].removeprefix("/products/")
        return name if name != self.path and "/" not in name else ""

    @property
    def skus(self) -> list[str]:
        """What can be put into the bag here."""
        return _SKU.findall(self.text)

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's forms. Of one name they all have the same value, where that matters."""
        return dict(_HIDDEN.findall(self.text))


class Visitor:
    """One person, from coming in to leaving. What they decide follows from ``random`` alone."""

    def __init__(
        self,
        client: Client,
        town: Town,
        person: Person,
        random: Random,
        tally: Tally,
        *,
        pace: float = 1.0,
        fad: str = "",
    ) -> None:
        """Come in; ``pace`` shortens all thinking, ``fad`` is what this one has come for, whatever else there is."""
        self.town = town
        self.person = person
        self.random = random
        self._client = client
        self._tally = tally
        self._pace = pace
        self._fad = fad
        self._equipped = False

    def chance(self, probability: float) -> bool:
        """Decide something."""
        return self.random.random() < probability

    def did(self, deed: str) -> None:
        """Count what was done."""
        self._tally.did(deed)

    def wanted(self) -> str:
        """Return the slug of what this one has come for."""
        return self._fad or self.town.wanted(self.random)

    async def think(self, times: float = 1.0) -> None:
        """Take the time that people take before they press something."""
        seconds = self.random.lognormvariate(math.log(_THOUGHT * times), 0.6)
        await asyncio.sleep(self._pace * min(seconds, _LONGEST_THOUGHT))

    async def see(self, path: str) -> Page:
        """Look at a page, and at what belongs to it; try once more if it fails, as people do.

        Raises:
            GaveUp: it fails again, or this one has no patience.
        """
        page = await self._tried(path)
        if not self._equipped:
            self._equipped = True
            for part in _PART.findall(page.text)[:_PARTS]:
                await self._loaded(part)
        await self.think()
        return page

    async def see_product(self, page: Page) -> Page:
        """Look at one of the things that a page shows; if there is none, at one that one has heard of."""
        shown = page.products
        return await self.see(f"/products/{self.town.likes(shown, self.random) if shown else self.wanted()}")

    async def send(self, page: Page, to: str, *more: tuple[str, str], **fields: str) -> Page:
        """Send a form of a page, with its hidden fields.

        Raises:
            GaveUp: the shop fails. Nobody sends a form again when nobody knows what became of it.
        """
        try:
            return self._judged(await self._client.post(to, [*(page.hidden | fields).items(), *more]))
        except NoAnswer as error:
            raise GaveUp(str(error)) from error

    async def _tried(self, path: str) -> Page:
        try:
            return self._judged(await self._client.get(path))
        except (NoAnswer, GaveUp):
            await self.think()
            if self.chance(0.5):
                raise GaveUp("no patience") from None
        try:
            return self._judged(await self._client.get(path))
        except NoAnswer as error:
            raise GaveUp(str(error)) from error

    async def _loaded(self, part: str) -> None:
        try:
            await self._client.get(part)
        except NoAnswer as error:
            raise GaveUp(str(error)) from error

    @staticmethod
    def _judged(answer: Answer) -> Page:
        if answer.status >= _FAILED:
            raise GaveUp(f"answered {answer.status}")
        return Page(answer)
