"""What happens to products."""

from opensky.devo.products.objects import Product
from opensky.events import declare

PRODUCT_CREATED = declare("product.created", "An insider drafted a product; nobody else sees it yet.", subject=Product)
PRODUCT_DISCARDED = declare(
    "product.discarded", "A draft was thrown away, which nobody else had seen.", subject=Product
)
PRODUCT_EDITED = declare(
    "product.edited",
    "A product's words, pictures, shelves or variants were changed.",
    subject=Product,
    parameters=("fields",),
)
PRODUCT_PUBLISHED = declare("product.published", "A product went on show, for all to see and to buy.", subject=Product)
PRODUCT_WITHDRAWN = declare("product.withdrawn", "A product was taken off the shelf.", subject=Product)
PRODUCT_RESTOCKED = declare(
    "product.restocked",
    "The stock of a variant was counted or filled up.",
    subject=Product,
    parameters=("sku", "on_hand"),
)
