"""The bag's manager: putting in, changing, taking out, and what a guest's bag becomes at log-in."""

from collections.abc import Collection

from opensky.devo.bag.events import BAG_ADDED
from opensky.devo.bag.objects import MOST_LINES, MOST_OF_ONE, Bag, BagId, BagLine, Owner
from opensky.devo.bag.offers import Offer
from opensky.devo.bag.repository import BagRepository, Wanted
from opensky.devo.members.objects import MemberId
from opensky.devo.storefront.views import BagLineView, BagView
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, FieldError, Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money, total
from opensky.settings import Settings

_RANGE = f"Please choose 1 to {MOST_OF_ONE}."


class BagManager:
    """The verbs of bags. Prices, names and stock are those of the moment, never of the browser."""

    def __init__(
        self, bags: BagRepository, ids: IdGenerator, clock: Clock, events: Dispatcher, settings: Settings
    ) -> None:
        self._bags = bags
        self._ids = ids
        self._clock = clock
        self._events = events
        self._currency = settings.currency

    def view(self, owner: Owner) -> BagView:
        """Return what is in the bag, at today's prices; three statements, however much it is."""
        wanted = self._bags.contents(owner)
        offers = self._bags.offers([each.sku for each in wanted])
        lines = [_line(each, offers.get(each.sku), self._currency) for each in wanted]
        return BagView(
            lines=lines,
            total=total([line.amount for line in lines], self._currency),
            count=sum(line.quantity for line in lines),
        )

    def count(self, owner: Owner) -> int:
        """Return how many things are in the bag; one statement."""
        return self._bags.count(owner)

    def quantities(self, owner: Owner) -> dict[str, int]:
        """Return how many of each SKU are in the bag."""
        return {each.sku: each.quantity for each in self._bags.contents(owner)}

    def add(self, owner: Owner, sku: str, quantity: int = 1) -> BagId:
        """Put so many more of a SKU into the bag, and return the bag: for a guest, the session must name it from now on.

        Raises:
            NotFound: nothing is offered under this SKU.
            Conflict: there are not so many, or the bag is full.
            Invalid: fewer than 1 or more than 99.
        """
        _refuse_out_of_range(quantity)
        bag_id, now = self._bags.of(owner), self._clock.now()
        offer = self._offer(sku)
        has = self._bags.quantity(bag_id, sku) if bag_id is not None else 0
        wanted = min(quantity + has, MOST_OF_ONE)
        _refuse_short(offer, wanted, has)
        if bag_id is None:
            bag_id = BagId(self._ids.next())
            if not self._bags.start(owner, bag_id, now):
                return self.add(owner, sku, quantity)
        else:
            self._bags.touch(bag_id, now)
        if not has:
            self._refuse_full(bag_id)
            self._bags.put(bag_id, offer, wanted, now)
        else:
            self._bags.change(bag_id, offer, wanted)
        about = {"member_id": owner.member_id, "product_id": offer.product_id, "sku": sku, "quantity": quantity}
        self._events.notify(Event(BAG_ADDED, None, about))
        return bag_id

    def change(self, owner: Owner, sku: str, quantity: int) -> None:
        """Have so many of a SKU in the bag; none takes it out.

        Raises:
            NotFound: it is not in this bag.
            Conflict: there are not so many.
            Invalid: more than 99.
        """
        if quantity == 0:
            self.remove(owner, sku)
            return
        _refuse_out_of_range(quantity)
        offer, bag_id = self._offer(sku), self._bags.of(owner)
        _refuse_short(offer, quantity, 0)
        if bag_id is None or not self._bags.change(bag_id, offer, quantity):
            raise NotFound("This is not in your bag.", sku=sku)
        self._bags.touch(bag_id, self._clock.now())

    def remove(self, owner: Owner, sku: str) -> None:
        """Take a SKU out of the bag; what is not in it is out already."""
        bag_id = self._bags.of(owner)
        if bag_id is not None and self._bags.take_out(bag_id, [sku]):
            self._bags.touch(bag_id, self._clock.now())

    def bag_of(self, owner: Owner) -> BagId | None:
        """Return the bag that the owner has, if any."""
        return self._bags.of(owner)

    def empty(self, bag_id: int, skus: Collection[str]) -> None:
        """Take out what has been bought; what was put in meanwhile stays."""
        self._bags.take_out(bag_id, skus)

    def take_over(self, member_id: MemberId, bag_id: int | None) -> None:
        """Give a member what they put in as a guest. Of a thing that is in both bags, the greater number stays."""
        guests = self._bags.guests(BagId(bag_id)) if bag_id is not None else None
        if guests is None:
            return
        own = self._bags.members(member_id)
        if own is None:
            guests.member_id = member_id
            return
        lines = self._bags.lines(own.id, guests.id)
        kept = {line.sku: line for line in lines if line.bag_id == own.id}
        for line in lines:
            if line.bag_id == guests.id:
                self._move(line, own, kept)
        self._bags.remove(guests)
        own.changed_at = self._clock.now()

    def _move(self, line: BagLine, own: Bag, kept: dict[str, BagLine]) -> None:
        same = kept.get(line.sku)
        if same is not None:
            same.quantity = max(same.quantity, line.quantity)
        elif len(kept) < MOST_LINES:
            moved = BagLine(
                bag_id=own.id,
                sku=line.sku,
                product_id=line.product_id,
                quantity=line.quantity,
                seen_price=line.seen_price,
                added_at=line.added_at,
            )
            self._bags.add(moved)
            kept[line.sku] = moved
        self._bags.remove(line)

    def _refuse_full(self, bag_id: BagId) -> None:
        if self._bags.size(bag_id) >= MOST_LINES:
            raise Conflict(f"A bag holds at most {MOST_LINES} different things. Please order these first.")

    def _offer(self, sku: str) -> Offer:
        offer = self._bags.offers([sku]).get(sku)
        if offer is None or not offer.offered:
            raise NotFound("This is no longer offered.", sku=sku)
        return offer


def _line(wanted: Wanted, offer: Offer | None, currency: str) -> BagLineView:
    if offer is None:
        gone = "This is no longer offered. Please remove it."
        nothing = Money(0, currency)
        return BagLineView(wanted.sku, "", wanted.sku, "", "", "", "", "", nothing, wanted.quantity, nothing, gone)
    changed = offer.offered and wanted.seen_price != offer.price
    return BagLineView(
        sku=offer.sku,
        product_slug=offer.product_slug,
        product_name=offer.product_name,
        variant=offer.variant,
        picture=offer.picture,
        picture_alt=offer.picture_alt,
        seller_slug=offer.seller_slug,
        seller_name=offer.seller_name,
        price=offer.price,
        quantity=wanted.quantity,
        amount=offer.price * wanted.quantity if offer.offered else Money(0, currency),
        problem=offer.problem(wanted.quantity),
        seen_price=wanted.seen_price if changed else None,
    )


def _refuse_out_of_range(quantity: int) -> None:
    if not 1 <= quantity <= MOST_OF_ONE:
        raise Invalid(FieldError("quantity", _RANGE, "range"))


def _refuse_short(offer: Offer, wanted: int, has: int) -> None:
    if offer.on_hand >= wanted:
        return
    if offer.on_hand < 1:
        raise Conflict(f"{offer.product_name} is sold out.", sku=offer.sku)
    already = f" and {has} of them in your bag already" if has else ""
    raise Conflict(f"There are only {offer.on_hand} of {offer.product_name}{already}.", sku=offer.sku)
