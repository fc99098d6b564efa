"""What an import remembers of itself, in the same database and transaction as what it imports."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from opensky.mapping import Embedded, Id, Length, entity


@entity("import_runs")
@dataclass(eq=False, kw_only=True)
class ImportRun:
    """How far the import of one source has come: written with each batch, so that a killed import goes on from here."""

    source: Annotated[str, Id(), Length(1, 80)]
    fingerprint: Annotated[str, Length(0, 80)]
    """Of the data and of the code's idea of it. Another one starts again from the beginning; nothing is doubled by that."""
    day: int = 0
    """For a source without dates: the day of 2010 and after in which its ids stand (see ``importing/ids``)."""
    step: Annotated[str, Length(0, 40)] = ""
    """The step that comes next or is under way; ``finished_at`` says that none is left."""
    position: int = 0
    """How much of that step is done, in the step's own measure."""
    counts: Annotated[dict[str, int], Embedded()] = field(default_factory=dict)
    """What the report will say: ``imported …`` and ``refused …``, counted up in the transaction of the batch."""
    refused_bytes: int = 0
    """How much of the list of refusals belongs to what is committed."""
    started_at: datetime
    finished_at: datetime | None = None
