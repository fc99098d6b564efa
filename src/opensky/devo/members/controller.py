"""Signing up, logging in and out."""

from opensky.devo.members.demo import demo_logins
from opensky.devo.members.doors import Doors
from opensky.devo.members.errors import WrongLogin
from opensky.kernel.errors import Invalid, TooMany
from opensky.settings import Settings
from opensky.web import Form, Page, Redirect, Sessions, Visitor, access, action, local_path, page


class SignUpController:
    """A new member."""

    def __init__(self, doors: Doors, visitor: Visitor) -> None:
        self._doors = doors
        self._visitor = visitor

    @page("/sign-up", access=access.PUBLIC)
    def form(self, next: str = "") -> Page | Redirect:
        """Show the form; whoever is signed in has no use for it."""
        if self._visitor.signed_in:
            return Redirect(local_path(next, "/feed"))
        return _sign_up_page("", "", next)

    @action("/sign-up", access=access.PUBLIC)
    def sign_up(self, form: Form) -> Page | Redirect:
        """Open the account, sign in, and go to choosing insiders."""
        name, email, after = form.text("name"), form.text("email"), form.text("next")
        try:
            self._doors.sign_up(email, name, form.secret("password"))
        except Invalid as error:
            return _sign_up_page(name, email, after, error.by_field())
        except TooMany as error:
            return _sign_up_page(name, email, after, {"email": error.message}, 429)
        return Redirect(local_path(after, "/welcome"), flash="Welcome. Your account is open.")


class LogInController:
    """A member comes back, or leaves."""

    def __init__(self, doors: Doors, sessions: Sessions, visitor: Visitor, settings: Settings) -> None:
        self._doors = doors
        self._sessions = sessions
        self._visitor = visitor
        self._settings = settings

    @page("/log-in", access=access.PUBLIC)
    def form(self, next: str = "") -> Page | Redirect:
        """Show the form."""
        if self._visitor.signed_in:
            return Redirect(local_path(next, "/feed"))
        return self._page("", next)

    @action("/log-in", access=access.PUBLIC)
    def log_in(self, form: Form) -> Page | Redirect:
        """Sign in and go where the visitor meant to go."""
        email, after = form.text("email"), form.text("next")
        try:
            self._doors.log_in(email, form.secret("password"))
        except WrongLogin as error:
            return self._page(email, after, {"email": error.message}, 422)
        except TooMany as error:
            return self._page(email, after, {"email": error.message}, 429)
        return Redirect(local_path(after, "/feed"))

    @action("/log-out", access=access.PUBLIC)
    def log_out(self, form: Form) -> Redirect:
        """Sign out. Whoever is not signed in is just led home."""
        self._sessions.log_out()
        return Redirect("/", flash="You are logged out.")

    def _page(self, email: str, after: str, errors: dict[str, str] | None = None, status: int = 200) -> Page:
        return Page(
            "log_in.html",
            status=status,
            email=email,
            next=local_path(after, ""),
            errors=errors or {},
            demo_logins=demo_logins(self._settings),
        )


def _sign_up_page(name: str, email: str, after: str, errors: dict[str, str] | None = None, status: int = 422) -> Page:
    status = status if errors else 200
    return Page("sign_up.html", status=status, name=name, email=email, next=local_path(after, ""), errors=errors or {})
