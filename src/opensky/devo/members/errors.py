"""What members can be refused.

Invalid
└── EmailTaken     no account can be opened with that address
Denied
└── WrongLogin     e-mail and password do not belong together, whichever of the two is wrong
"""

from opensky.kernel.errors import Denied, FieldError, Invalid


class EmailTaken(Invalid):
    """No account can be opened with that address."""

    def __init__(self) -> None:
        super().__init__(
            FieldError(
                "email",
                "We could not open an account with this address. If you have one already, please log in.",
                "taken",
            )
        )


class WrongLogin(Denied):
    """E-mail and password do not belong together. It never says which of the two is wrong."""

    def __init__(self) -> None:
        super().__init__("This e-mail address and password do not belong together. Please check both.")
