"""The reference of the API, for people."""

from opensky.web import access
from opensky.web.responses import Page
from opensky.web.routing import page


class ApiReference:
    """The API, readable."""

    @page("/api/docs", access=access.PUBLIC)
    def show(self) -> Page:
        """Show the reference of the API, made from its own description."""
        return Page("api_docs.html")
