"""What happens when somebody has lost their way in."""

from opensky.events import declare

PROOF_PASSWORD_ASKED = declare(
    "proof.password_asked",
    "Somebody asked for a new password for an address, which may be nobody's: that is looked up later, so nobody can tell.",
    subject=None,
    parameters=("email",),
)
