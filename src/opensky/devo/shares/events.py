"""What happens to shares."""

from opensky.devo.products.objects import Product
from opensky.devo.shares.objects import Share
from opensky.events import declare

PRODUCT_SHARE = declare(
    "product.share", "A member shared a product for the first time.", subject=Product, parameters=("member_id",)
)
SHARE_BOUGHT = declare(
    "share.bought",
    "An order was paid that came through a share: `order_id` is the order, `member_id` the member who shared, not the buyer.",
    subject=Share,
    parameters=("order_id", "member_id"),
)
