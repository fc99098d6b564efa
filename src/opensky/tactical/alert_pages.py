"""Alerts in the admin: what is open, who looks after it, and what there was."""

from opensky.kernel.errors import NotFound
from opensky.persistence import UnitOfWork
from opensky.tactical.alerts import Alerts
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

PATH = "/admin/alerts"


class AlertAdmin:
    """For staff."""

    def __init__(self, alerts: Alerts, unit: UnitOfWork, visitor: Visitor) -> None:
        self._alerts = alerts
        self._unit = unit
        self._visitor = visitor

    @page(PATH, access=access.STAFF)
    def list(self) -> Page:
        """List the newest."""
        return Page("admin/alerts.html", alerts=self._alerts.newest(), here=PATH)

    @action(PATH + "/{number:int}/acknowledge", access=access.STAFF)
    def acknowledge(self, number: int, form: Form) -> Redirect:
        """Take one on; who comes from the board goes back there."""
        try:
            mine = self._alerts.acknowledge(self._unit, number, self._visitor.name)
            said = "You look after it; it is not told again." if mine else "Somebody looks after it already."
        except NotFound as error:
            said = error.message
        return Redirect("/board" if form.text("from") == "board" else PATH, flash=said)
