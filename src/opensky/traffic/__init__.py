"""Visitors who are programs: they look, follow, buy and give up as people do, over HTTP and nothing else. And faults, planted and taken back."""

from opensky.traffic.crowd import Crowd
from opensky.traffic.profiles import PROFILES, Profile
from opensky.traffic.tally import Tally

__all__ = ["PROFILES", "Crowd", "Profile", "Tally"]
