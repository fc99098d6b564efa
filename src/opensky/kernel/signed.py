"""Requests between processes of one shop, signed: by whom they come, when, and that nobody changed them on the way.

The signature is an HMAC-SHA256 over id, timestamp and the raw body, with a key that is made of the shop's own for one purpose.
The id names what is asked, so that it can be done once however often it arrives.
"""

import hashlib
import hmac
import re
from datetime import timedelta

from opensky.kernel.clock import Clock
from opensky.kernel.errors import Refusal

ID, TIMESTAMP, SIGNATURE = "OpenSky-Id", "OpenSky-Timestamp", "OpenSky-Signature"
"""The headers of a signed request."""
TOLERANCE = timedelta(minutes=5)
"""So far may the clocks of sender and receiver, and the way between them, be apart."""
CALLBACKS = "callbacks"
"""The purpose of what OSIS sends to DEVO."""
_VERSION = "v1="
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class WrongSignature(Refusal):
    """A request that is not signed, not by us, or not just now."""


def partner_key(secret_key: str, purpose: str) -> str:
    """Return the key of one purpose, to be given to who is to sign with it; it says nothing of the shop's own."""
    return hmac.digest(secret_key.encode(), f"signed:{purpose}".encode(), "sha256").hex()


class Seal:
    """Signs requests, and checks those of others, with the shop's key and for one purpose."""

    def __init__(self, secret_key: str, purpose: str, clock: Clock) -> None:
        self._key = bytes.fromhex(partner_key(secret_key, purpose))
        self._clock = clock

    @classmethod
    def of_partner(cls, key: str, clock: Clock) -> "Seal":
        """Return the seal of somebody who was given ``partner_key``, and knows nothing else of us."""
        seal = cls("", "", clock)
        seal._key = bytes.fromhex(key)
        return seal

    def headers(self, id_: str, body: bytes) -> dict[str, str]:
        """Return the headers that a request with this id and body is to have, as of now."""
        timestamp = str(int(self._clock.now().timestamp()))
        return {ID: id_, TIMESTAMP: timestamp, SIGNATURE: self._signature(id_, timestamp, body)}

    def check(self, id_: str, timestamp: str, signature: str, body: bytes) -> None:
        """Make sure that we signed this, and less than five minutes ago.

        Raises:
            WrongSignature: a header is missing or malformed, the timestamp is too old or too new, or the signature does not fit.
        """
        for name, value in ((ID, id_), (TIMESTAMP, timestamp), (SIGNATURE, signature)):
            if not value:
                raise WrongSignature(f"The header {name} is missing.", header=name)
        if not _ID.fullmatch(id_) or not _SECONDS.fullmatch(timestamp):
            raise WrongSignature(f"The header {ID} or {TIMESTAMP} is malformed.")
        # Compared before the timestamp is looked at: who cannot sign learns nothing of our clock.
        if not hmac.compare_digest(self._signature(id_, timestamp, body).encode(), signature.encode()):
            raise WrongSignature("The signature does not fit.")
        if abs(self._clock.now().timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
            raise WrongSignature("The timestamp is more than five minutes from now.")

    def _signature(self, id_: str, timestamp: str, body: bytes) -> str:
        signed = b"%s.%s.%s" % (id_.encode(), timestamp.encode(), body)
        return _VERSION + hmac.new(self._key, signed, hashlib.sha256).hexdigest()
