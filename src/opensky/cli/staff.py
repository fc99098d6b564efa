"""``opensky staff``: who may work in the admin. There are no default accounts, so this makes the first one."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from opensky.cli.folder import existing, settings_of
from opensky.devo.members.manager import MemberManager, normal_email
from opensky.kernel.errors import Invalid, Misconfigured, NotFound
from opensky.mapping.validators import Email
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.wiring import container, open_database

app = App(
    name="staff",
    help="Say who may work in the admin.",
    help_epilogue="Example: ./opensky staff add ada@example.org --name 'Ada Byron'",
)


@app.command(help_epilogue="Example: ./opensky staff add ada@example.org --name 'Ada Byron'")
def add(
    email: str,
    *,
    name: str = "",
    password_file: Annotated[str, Parameter(allow_leading_hyphen=True)] = "",
    data: Path | None = None,
) -> None:
    """Open the admin to a person; makes their account if they have none yet.

    Args:
        email: the address with which they log in.
        name: how they are called, for a new account.
        password_file: file whose first line is the password of a new account, - for standard input; asked for otherwise.
        data: data folder of the shop (default: var).
    """
    settings = settings_of(existing(data))
    database = open_database(settings)
    try:
        if not database.created:
            message = (
                f"There is no shop in {settings.data} yet; make one with ./opensky up --empty, or name it with --data."
            )
            raise Misconfigured(message)
        database.create()
    finally:
        database.close()
    try:
        promote(settings, email)
        if password_file:
            print(f"{email} had an account already: its password was left as it was, {password_file} was not read.")
    except NotFound:
        if (rule := Email()).broken_by(normal_email(email)):
            raise Invalid(message=f"{email!r} is no e-mail address. {rule.message}") from None
        if not name:
            raise Invalid(
                message=f"Nobody has an account with {email}; to make one, give their name with --name."
            ) from None
        sign_up(settings, email, name, _password(password_file))
        promote(settings, email)
    print(f"{email} may now log in to the admin, at /admin of your shop.")


def promote(settings: Settings, email: str) -> None:
    """Make a member staff; raises ``NotFound`` if nobody has this address."""
    with container(settings) as whole, whole() as scope:
        scope.get(MemberManager).make_staff(email)
        scope.get(UnitOfWork).commit()


def sign_up(settings: Settings, email: str, name: str, password: str) -> None:
    """Open an account; raises ``Invalid`` when a rule is broken."""
    with container(settings) as whole, whole() as scope:
        scope.get(MemberManager).sign_up(email, name, password)
        scope.get(UnitOfWork).commit()


def _password(file: str) -> str:
    if file == "-":
        return sys.stdin.readline().rstrip("\n")
    if file:
        try:
            return Path(file).read_text("utf-8").partition("\n")[0]
        except OSError as error:
            raise Misconfigured(f"Cannot read the password file {file}: {error.strerror}.") from error
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise Invalid(message="The two passwords differ; nothing was changed.")
    return password
