"""Sharing for programs."""

from typing import Annotated

from msgspec import Meta, Struct

from opensky.devo.shares.sharing import Sharer
from opensky.kernel.errors import NotFound, TooMany
from opensky.web import Visitor, access, api

Slug = Annotated[str, Meta(description="A product's name in addresses.", examples=["speckled-mug"])]


class ShareAnswer(Struct, frozen=True):
    """One's own link to a product."""

    url: Annotated[str, Meta(examples=["https://shop.example/s/k7m2xbq49tzc5w"])]


class ShareApi:
    """What the member shares who bears the token."""

    def __init__(self, sharer: Sharer, visitor: Visitor) -> None:
        self._sharer = sharer
        self._visitor = visitor

    @api.post(
        "/api/v1/products/{slug:str}/share",
        access=access.MEMBER,
        status=200,
        summary="Share a product",
        raises=[NotFound, TooMany],
        tag="Products",
    )
    def share(self, slug: Slug) -> ShareAnswer:
        """Return one's own link to a product, the same one each time. What others buy after they opened it counts for one."""
        return ShareAnswer(self._sharer.link(self._sharer.share(self._visitor.require_member(), slug)))
