"""What happens to bags."""

from opensky.events import declare

BAG_ADDED = declare(
    "bag.added",
    "Somebody put something into a bag, or more of it.",
    subject=None,
    parameters=("member_id", "product_id", "sku", "quantity"),
)
