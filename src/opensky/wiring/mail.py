"""Letters: where their templates are, and which post takes them. What writes and speaks SMTP is imported when it is asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dishka import Provider, Scope, provide

import opensky.devo.letters
import opensky.tactical
from opensky.osis.partners.mail import Letters
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.stats import Stats
from opensky.wiring.stats import watch_of

if TYPE_CHECKING:
    from opensky.mail.rendering import Renderer
    from opensky.mail.sending import Mailer, Post

TEMPLATES = tuple(Path(room.__path__[0]) / "letters" for room in (opensky.devo.letters, opensky.tactical))


class MailPost(Provider):
    """The post of the bus."""

    scope = Scope.APP

    @provide
    def letters(self, settings: Settings, database: Database, stats: Stats) -> Iterator[Letters]:
        posts: list[Post] = []

        def make() -> "Mailer":
            posts.append(post(settings))
            return mailer(settings, database, posts[0])

        yield Letters(make, stats, watch_of(stats))
        for each in posts:
            each.close()


def renderer(settings: Settings) -> "Renderer":
    """Return what writes the letters of the shop."""
    from opensky.mail.rendering import Renderer  # noqa: PLC0415 - see above

    return Renderer(
        TEMPLATES,
        shop_name=settings.shop_name,
        address=settings.address,
        secret_key=settings.secret_key,
        imprint=settings.mail_imprint,
    )


def post(settings: Settings) -> "Post":
    """Return the post that the settings name: a mail server, or a folder."""
    if settings.mail_url:
        from opensky.mail.smtp import MailServer, SmtpPost  # noqa: PLC0415 - see above

        return SmtpPost(MailServer.read(settings.mail_url), settings.mail_returns or settings.sender_address)
    from opensky.mail.folder import NAME, MailFolder  # noqa: PLC0415 - see above

    return MailFolder(settings.data / NAME)


def mailer(settings: Settings, database: Database, to: "Post") -> "Mailer":
    """Return what sends the letters of the shop through a post."""
    from opensky.mail.envelope import Sender  # noqa: PLC0415 - see above
    from opensky.mail.sending import Mailer  # noqa: PLC0415 - see above

    returns = settings.mail_returns or settings.sender_address
    return Mailer(database, renderer(settings), to, Sender(settings.shop_name, settings.sender_address, returns))
