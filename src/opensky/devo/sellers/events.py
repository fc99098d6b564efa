"""What happens to insiders."""

from opensky.devo.sellers.objects import Seller
from opensky.events import declare

SELLER_CREATED = declare("seller.created", "A shop was opened: there is a new insider.", subject=Seller)
SELLER_EDITED = declare(
    "seller.edited", "An insider's name, address or words were changed.", subject=Seller, parameters=("fields",)
)
