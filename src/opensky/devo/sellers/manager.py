"""The insiders' manager: opens shops and changes what they say of themselves."""

from collections.abc import Mapping
from typing import TypeVar

from opensky.devo.members.objects import MemberId
from opensky.devo.sellers.events import SELLER_CREATED, SELLER_EDITED
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.devo.sellers.repository import SellerRepository
from opensky.devo.sellers.views import Insider, InsiderInFull
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.kernel.slugs import free_slug, slug_of
from opensky.mapping import validate
from opensky.persistence import Duplicate
from opensky.persistence.cursors import Cursor, Stretch, stretch

S = TypeVar("S")
EDITABLE = ("slug", "name", "craft", "town", "sentence", "bio", "picture")


class SellerManager:
    """The verbs of insiders."""

    def __init__(self, sellers: SellerRepository, ids: IdGenerator, clock: Clock, events: Dispatcher) -> None:
        self._sellers = sellers
        self._ids = ids
        self._clock = clock
        self._events = events

    def create(self, name: str, *, member_id: MemberId | None = None, slug: str = "", **words: str) -> Seller:
        """Make an insider; without a ``slug`` the address is made of the name.

        ``words`` are any of craft, town, sentence, bio and picture.

        Raises:
            Invalid: a field breaks a rule.
            Duplicate: the address that was asked for is taken.
        """
        name = name.strip()
        seller = Seller(
            id=SellerId(self._ids.next()),
            member_id=member_id,
            slug=slug or self._free_slug(name),
            name=name,
            joined_at=self._clock.now(),
        )
        _set(seller, words)
        validate(seller)
        self._sellers.add(seller)
        self._events.notify(Event(SELLER_CREATED, seller))
        return seller

    def open_shop(self, member_id: MemberId, name: str, **words: str) -> Seller:
        """Make a member an insider.

        Raises:
            Conflict: this member runs a shop already.
        """
        if self._sellers.of_member(member_id) is not None:
            raise Conflict("You run a shop already.")
        return self.create(name, member_id=member_id, **words)

    def edit(self, seller: Seller, **changes: str) -> Seller:
        """Change any of slug, name, craft, town, sentence, bio and picture; tells ``seller.edited`` what has changed.

        Raises:
            Invalid: a field breaks a rule.
            Duplicate: the address is taken.
        """
        changed = {name: value.strip() for name, value in changes.items() if value.strip() != getattr(seller, name, "")}
        if changed:
            if "slug" in changed and self._sellers.with_slug(changed["slug"]) is not None:
                raise Duplicate("insider", ("slug",))  # before anything is touched: the caller may show the form again
            before = {name: getattr(seller, name, "") for name in changed}
            try:
                _set(seller, changed)
                validate(seller)
            except Invalid:
                _set(seller, before)
                raise
            self._sellers.index(seller)
            self._events.notify(Event(SELLER_EDITED, seller, {"fields": sorted(changed)}))
        return seller

    def rename(self, seller: Seller, name: str) -> Seller:
        """Give an insider another name; the address stays, so that links stay good."""
        return self.edit(seller, name=name)

    def by_slug(self, slug: str) -> Seller:
        """Return the insider of an address, to be changed or followed; raises ``NotFound``."""
        return _found(self._sellers.with_slug(slug))

    def by_id(self, seller_id: SellerId) -> Seller:
        """Return the insider of an id; raises ``NotFound``."""
        return _found(self._sellers.with_id(seller_id))

    def shown(self, slug: str) -> InsiderInFull:
        """Return what the page of an insider shows; raises ``NotFound``."""
        return _found(self._sellers.shown_by_slug(slug))

    def shown_by_id(self, seller_id: int) -> Insider:
        """Return what a list shows of an insider; raises ``NotFound``."""
        return _found(self._sellers.shown(seller_id))

    def run_by(self, member_id: MemberId) -> Insider:
        """Return the insider whose shop a member runs; raises ``NotFound`` where they run none."""
        found = self._sellers.shown_of_member(member_id)
        if found is None:
            raise NotFound("You run no shop.")
        return found

    def shown_by_ids(self, ids: list[int]) -> list[Insider]:
        """Return what a list shows of these insiders, in this order."""
        return self._sellers.shown_by_ids(ids)

    def newest(self, before: Cursor, limit: int) -> Stretch[InsiderInFull]:
        """Return insiders, the last who joined first."""
        found = self._sellers.newest(before, limit + 1)
        return stretch(found, limit, lambda insider: Cursor(insider.joined_at, insider.id))

    def matching(self, words: str, limit: int) -> list[Insider]:
        """Return the insiders who fit these words best."""
        return self._sellers.matching(words, limit)

    def _free_slug(self, name: str) -> str:
        wanted = slug_of(name, default="insider")
        return free_slug(wanted, self._sellers.slugs_like(wanted))


def _set(seller: Seller, words: Mapping[str, str]) -> None:
    if unknown := words.keys() - set(EDITABLE):
        message = f"An insider has no {', '.join(sorted(unknown))} to edit, but {', '.join(EDITABLE)}."
        raise TypeError(message)
    for name, value in words.items():
        setattr(seller, name, value)


def _found(seller: S | None) -> S:
    if seller is None:
        raise NotFound("There is no such insider.")
    return seller
