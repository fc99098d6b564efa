"""What visitors come for, one function for each: read them as what a person does."""

import re
from collections.abc import Awaitable, Callable

from opensky.traffic.visitor import GaveUp, Page, Visitor

_INSIDER = re.compile(r'href="/insiders/([^"/?]+)"')
_SHELF = re.compile(r'href="(/shelves/[^"]+)"')
_PICK = re.compile(r'name="insider" value="([^"]+)"')
_SHARED = re.compile(r"/s/[A-Za-z0-9_-]+")
_CONFLICT = 409

Visit = Callable[[Visitor], Awaitable[None]]


async def glance(visitor: Visitor) -> None:
    """Look at one page, and leave."""
    await visitor.see("/" if visitor.chance(0.4) else f"/products/{visitor.wanted()}")


async def stroll(visitor: Visitor) -> None:
    """Look at this and that, because it is nice."""
    page = await visitor.see("/")
    for _ in range(visitor.random.randint(1, 6)):
        page = await _further(visitor, page)
    if visitor.chance(0.12):
        await _buy(visitor, page)


async def seek(visitor: Visitor) -> None:
    """Look for something by words, and look at what is found."""
    await visitor.see("/")
    for _ in range(visitor.random.randint(1, 3)):
        page = await visitor.see(f"/search?q={visitor.town.looked_for(visitor.random).replace(' ', '+')}")
        if page.products:
            page = await visitor.see_product(page)
            if visitor.chance(0.2):
                await _buy(visitor, page)
                return


async def buy_as_guest(visitor: Visitor) -> None:
    """Come for a thing, and buy it without an account."""
    await _buy(visitor, await visitor.see(f"/products/{visitor.wanted()}"))


async def come_back(visitor: Visitor) -> None:
    """Log in, read the feed, follow or share or buy."""
    if not visitor.town.members:
        await join(visitor)
        return
    await _log_in(visitor)
    page = await visitor.see("/feed")
    for _ in range(visitor.random.randint(1, 4)):
        page = await _further(visitor, page)
        if visitor.chance(0.25):
            await _follow(visitor)
    if page.product and visitor.chance(0.25):
        await _share(visitor, page.product)
    if visitor.chance(0.3):
        await _buy(visitor, page)
    if visitor.chance(0.2):
        await visitor.see("/orders")
    if visitor.chance(0.2):
        await visitor.send(await visitor.see("/account"), "/log-out")


async def join(visitor: Visitor) -> None:
    """Open an account, pick some insiders, see the feed that comes of it."""
    me = visitor.person
    page = await visitor.see("/sign-up")
    await visitor.think(3)
    page = await visitor.send(page, "/sign-up", name=me.name, email=me.email, password=me.password)
    if not page.path.startswith("/welcome"):
        raise GaveUp("not let in")
    visitor.did("sign-up")
    visitor.town.joined(me)
    faces = _PICK.findall(page.text)
    chosen = visitor.random.sample(faces, min(len(faces), visitor.random.randint(1, 5)))
    await visitor.think(2)
    page = await visitor.send(page, "/welcome", *(("insider", slug) for slug in chosen))
    for _ in chosen:
        visitor.did("follow")
    if visitor.chance(0.35):
        page = await _further(visitor, page)
        await _buy(visitor, page)


async def open_share(visitor: Visitor) -> None:
    """Open what a friend has shared."""
    if not visitor.town.links:
        await glance(visitor)
        return
    page = await visitor.see(visitor.random.choice(visitor.town.links))
    if visitor.chance(0.3):
        await _buy(visitor, page)


async def guess(visitor: Visitor) -> None:
    """Try some passwords of an account that there is not."""
    page = await visitor.see("/log-in")
    for number in range(visitor.random.randint(1, 3)):
        page = await visitor.send(page, "/log-in", email=visitor.person.email, password=f"let me in {number}")
        visitor.did("wrong password")
        await visitor.think()


async def _further(visitor: Visitor, page: Page) -> Page:
    """Follow one of the links that a page has, or begin anew where it has none."""
    shelves, insiders = _SHELF.findall(page.text), _INSIDER.findall(page.text)
    if page.products and visitor.chance(0.65):
        return await visitor.see_product(page)
    if insiders and visitor.chance(0.4):
        return await visitor.see(f"/insiders/{visitor.random.choice(insiders)}")
    if shelves and visitor.chance(0.6):
        return await visitor.see(visitor.random.choice(shelves))
    return await visitor.see("/" if visitor.chance(0.5) else "/insiders")


async def _log_in(visitor: Visitor) -> None:
    visitor.person = me = visitor.random.choice(visitor.town.members)
    page = await visitor.see("/log-in")
    await visitor.think()
    if visitor.chance(0.1):
        page = await visitor.send(page, "/log-in", email=me.email, password=me.password.upper())
        visitor.did("wrong password")
        await visitor.think()
    page = await visitor.send(page, "/log-in", email=me.email, password=me.password)
    if page.path.startswith("/log-in"):
        raise GaveUp("not let in")
    visitor.did("log-in")


async def _follow(visitor: Visitor) -> None:
    page = await visitor.see("/insiders")
    insiders = _INSIDER.findall(page.text)
    if insiders:
        await visitor.send(page, f"/insiders/{visitor.random.choice(insiders)}/follow")
        visitor.did("follow")


async def _share(visitor: Visitor, product: str) -> None:
    page = await visitor.send(await visitor.see(f"/products/{product}"), f"/products/{product}/share")
    found = _SHARED.search(page.text)
    if found:
        visitor.town.shared(found[0])
        visitor.did("share")


async def _buy(visitor: Visitor, page: Page) -> None:
    """Put what one looks at into the bag; look at the bag; order and pay, or think better of it somewhere on the way."""
    if not page.product:
        page = await visitor.see_product(page)
    bought = 0
    for _ in range(visitor.random.choice((1, 1, 1, 2, 3))):
        skus = page.skus
        if skus:
            many = str(visitor.random.choice((1, 1, 1, 1, 2)))
            page = await visitor.send(
                page, "/bag/add", product=page.product, sku=visitor.random.choice(skus), quantity=many
            )
            bought += 1
        if page.products and visitor.chance(0.5):
            page = await visitor.see_product(page)
    if not bought:
        return  # it is sold out
    await visitor.see("/bag")
    if visitor.chance(0.35):
        visitor.did("bag left behind")
        return
    await _pay(visitor, await visitor.see("/checkout"))


async def _pay(visitor: Visitor, page: Page) -> None:
    if not page.path.startswith("/checkout"):
        return  # somebody else was faster: the bag says what is left
    await visitor.think(4)
    if visitor.chance(0.12):
        visitor.did("bag left behind")
        return
    me, cards = visitor.person, visitor.town.cards
    card = visitor.random.choices((cards.good, cards.declined, cards.suspect), (94, 5, 1))[0]
    for number in (card, cards.good):
        page = await visitor.send(page, "/checkout", email=me.email, payment_token=number, **me.address)
        if page.path.startswith("/orders/"):
            visitor.did("order")
            return
        if page.status != _CONFLICT or number != cards.declined:
            return  # something is sold out, or costs more than it did
        visitor.did("declined card")
        if visitor.chance(0.3):
            return
        await visitor.think(3)


VISITS: dict[str, Visit] = {
    each.__name__: each for each in (glance, stroll, seek, buy_as_guest, come_back, join, open_share, guess)
}
"""All kinds of visits, by the names that a profile's mix has."""
