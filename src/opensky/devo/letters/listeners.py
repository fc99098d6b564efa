"""Which letters follow from what happens."""

from opensky.devo.letters.manager import PAID, REFUNDED, SHIPPED, LetterManager
from opensky.events import Event


class LetterListeners:
    """Has letters written about members and orders."""

    def __init__(self, letters: LetterManager) -> None:
        self._letters = letters

    def on_member_created(self, event: Event) -> None:
        """Greet the member."""
        self._letters.welcome(event.subject)

    def on_member_password_changed(self, event: Event) -> None:
        """Warn the member, in case it was not them."""
        self._letters.password_changed(event.subject)

    def on_member_email_changed(self, event: Event) -> None:
        """Warn the address that the member had before."""
        self._letters.email_changed(event.subject, event["before"])

    def on_order_paid(self, event: Event) -> None:
        """Confirm the order, later."""
        self._letters.have_written(event.subject, PAID)

    def on_order_shipped(self, event: Event) -> None:
        """Say what has left and with whom, later."""
        self._letters.have_written(event.subject, SHIPPED, event.parameters)

    def on_order_refunded(self, event: Event) -> None:
        """Say what becomes of the money, later."""
        self._letters.have_written(event.subject, REFUNDED, event.parameters)

    def on_letter_order_due(self, event: Event) -> None:
        """Gather the letter and send it; this is later."""
        self._letters.write_about(event.subject, event["kind"], event["values"])
