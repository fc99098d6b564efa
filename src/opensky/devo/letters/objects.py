"""Letters that a member gets only because they asked for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from opensky.devo.members.objects import MemberId
from opensky.mapping import Id, Length, Personal, entity

NEWS = "news"
"""The topic of the weekly letter about what is new from the insiders that one follows."""
TOPICS = frozenset({NEWS})


@entity("letter_subscriptions")
@dataclass(eq=False, kw_only=True)
class LetterSubscription:
    """A member wants the letters of a topic. Nobody is subscribed who did not say so."""

    member_id: Annotated[MemberId, Id(), Personal("account")]
    topic: Annotated[str, Id(), Length(0, 40)]
    since: Annotated[datetime, Personal("account")]
    written_at: Annotated[datetime | None, Personal("account")] = None
    """When the last letter of the topic was written."""
