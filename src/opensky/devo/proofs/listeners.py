"""What proofs do when something happens."""

from opensky.devo.proofs.manager import ProofManager
from opensky.events import Event


class ProofListeners:
    """Sends links to those who asked for them."""

    def __init__(self, proofs: ProofManager) -> None:
        self._proofs = proofs

    def on_proof_password_asked(self, event: Event) -> None:
        """Send the link for a new password; this is later, and nobody waits who could measure it."""
        self._proofs.send_password_link(event["email"])
