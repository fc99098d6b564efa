"""What happens between members and insiders."""

from opensky.devo.sellers.objects import Seller
from opensky.events import declare

SELLER_FOLLOW = declare(
    "seller.follow", "A member started to follow an insider.", subject=Seller, parameters=("member_id",)
)
SELLER_UNFOLLOW = declare(
    "seller.unfollow", "A member stopped following an insider.", subject=Seller, parameters=("member_id",)
)
