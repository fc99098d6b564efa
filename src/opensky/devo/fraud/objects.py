"""What a fraud check said of an order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, cast, get_args

from opensky.devo.orders.objects import OrderId
from opensky.kernel.errors import FieldError, Invalid
from opensky.mapping import Id, Length, Personal, entity

Word = Literal["approve", "hold", "refuse"]
LOWEST, HIGHEST = 0, 100


@entity("fraud_verdicts")
@dataclass(eq=False, kw_only=True)
class FraudVerdict:
    """One order's verdict: a word, a score of 0 (harmless) to 100, and the reasons in words. An order has one, and it stays."""

    order_id: Annotated[OrderId, Id()]
    word: Annotated[Word, Personal("account"), Length(0, 10)]
    score: Annotated[int, Personal("account")]
    reasons: Annotated[str, Personal("account"), Length(0, 500)] = ""
    given_at: datetime

    @property
    def holds(self) -> bool:
        """Whether the order waits for a person: also where the advice is to refuse, as no machine cancels an order."""
        return self.word != "approve"


def read_verdict(word: object, score: object) -> tuple[Word, int]:
    """Return word and score if they are such; raises ``Invalid``."""
    if word not in get_args(Word):
        raise Invalid(
            FieldError("verdict", f"A verdict is one of {', '.join(get_args(Word))}, not {word!r}.", "Choice")
        )
    if not isinstance(score, int) or not LOWEST <= score <= HIGHEST:
        raise Invalid(
            FieldError("score", f"A score is a whole number of {LOWEST} to {HIGHEST}, not {score!r}.", "Range")
        )
    return cast("Word", word), score
