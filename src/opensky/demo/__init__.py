"""The demo shop: twelve invented insiders, what they make, and two hundred members, all written and drawn by us.

``load`` puts it into a data folder, ``LOGINS`` are the accounts to look at it with. The same moment gives the same shop.
"""

from opensky.demo.loading import Report, load
from opensky.demo.people import LOGINS, Login

__all__ = ["LOGINS", "Login", "Report", "load"]
