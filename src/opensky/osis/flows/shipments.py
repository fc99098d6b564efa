"""Shipments: files and documents of partners, in batches to DEVO, and a report when the last of a file is done.

``shipments.file`` or ``shipments.document`` -> ``shipments.batch`` (parcels, some at a time) -> ``shipments.done`` (joined: the report) ->
``shipments.ended`` (DEVO is told how it ended).
"""

import csv
import io
import time
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from opensky.messaging import Message
from opensky.osis.partners import fulfillment_works, vendornet
from opensky.osis.partners.devo import Devo
from opensky.osis.partners.fulfillment_works import DropFolder
from opensky.osis.partners.parcels import Bad, Parcel
from opensky.osis.runtime import Backoff, Reject, Unavailable, flow, join, payload

BATCH = 50
TAKE, END = "/callbacks/shipments", "/callbacks/shipments/files"
_ENOUGH_SECONDS = 40.0
_AGAIN = Backoff(times=20, base=2, cap=900)


class Source(msgspec.Struct, kw_only=True):
    """Where parcels come from: whose file, and its number, which is that of the message that it came in."""

    file: int
    partner: str
    name: str


@payload("shipments.file", unique="name")
class ShipmentFile(msgspec.Struct):
    """A file that lies in the folder of Fulfillment Works."""

    name: str


@payload("shipments.document")
class ShipmentDocument(msgspec.Struct):
    """What Vendornet has posted."""

    partner: str
    name: str
    document: dict[str, Any]


@payload("shipments.batch")
class ShipmentBatch(msgspec.Struct, kw_only=True):
    """Some parcels of a file, and its rows that are none; or why the file was refused as a whole."""

    source: Source
    parcels: list[Parcel] = []
    bad: list[Bad] = []
    refused: str = ""


class Outcome(msgspec.Struct):
    """What became of one parcel."""

    row: int
    word: Literal["shipped", "known", "rejected", "later"]
    reason: str = ""


class _Outcomes(msgspec.Struct):
    outcomes: list[Outcome]


@payload("shipments.done")
class BatchDone(msgspec.Struct, kw_only=True):
    """What became of a batch."""

    source: Source
    shipped: int = 0
    known: int = 0
    rejected: list[Bad] = []
    refused: str = ""


@payload("shipments.ended")
class FileEnded(msgspec.Struct, kw_only=True):
    """What became of a file."""

    source: Source
    told: dict[str, Any]


@flow("shipments.file")
def open_file(file: ShipmentFile, message: Message, folder: DropFolder) -> Iterator[ShipmentBatch]:
    """Take a file of Fulfillment Works out of its folder, and split it into batches."""
    text = folder.take(file.name, message.id)
    if text is not None:
        source = Source(file=message.id, partner=fulfillment_works.PARTNER, name=file.name)
        yield from _batches(source, fulfillment_works.read(text))


@flow("shipments.document")
def open_document(document: ShipmentDocument, message: Message) -> Iterator[ShipmentBatch]:
    """Split a document of Vendornet into batches."""
    source = Source(file=message.id, partner=document.partner, name=document.name)
    yield from _batches(source, vendornet.read(document.document))


@flow("shipments.batch", retry=_AGAIN, breaker="devo", timeout=90)
def relay(batch: ShipmentBatch, message: Message, devo: Devo) -> BatchDone:
    """Bring a batch to DEVO, which ships what it can; what it has not got round to is brought again."""
    done = BatchDone(source=batch.source, rejected=list(batch.bad), refused=batch.refused)
    if batch.refused:
        return done
    left, bad, began = {each.row: each for each in batch.parcels}, batch.bad, time.monotonic()
    journey = {"correlation": message.correlation, "history": message.history}
    while left or bad:
        body = {"source": batch.source, "parcels": list(left.values()), "bad": bad, **journey}
        answered = devo.ask(TAKE, str(message.id), msgspec.json.encode(body), _Outcomes)
        bad, before = [], len(left)
        for outcome in answered.outcomes:
            if outcome.word == "later":
                continue
            parcel = left.pop(outcome.row)
            done.shipped += outcome.word == "shipped"
            done.known += outcome.word == "known"
            if outcome.word == "rejected":
                done.rejected.append(Bad(row=outcome.row, text=_written(parcel), reason=outcome.reason))
        if left and (len(left) == before or time.monotonic() - began > _ENOUGH_SECONDS):
            reason = next((each.reason for each in answered.outcomes if each.reason and each.word == "later"), "")
            raise Unavailable(f"DEVO has {len(left)} parcels still to take. {reason}")
    return done


@join("shipments.done", retry=_AGAIN)
def report(parts: list[BatchDone], folder: DropFolder) -> FileEnded:
    """Write the reject report beside a file, once all its batches are done, and say how it ended."""
    source, refused = parts[0].source, parts[0].refused
    rejected = sorted((bad for part in parts for bad in part.rejected), key=lambda bad: bad.row)
    shipped, known = sum(part.shipped for part in parts), sum(part.known for part in parts)
    told: dict[str, Any] = {
        "state": "refused" if refused else "done",
        "parcels": shipped + known + len(rejected),
        "shipped": shipped,
        "known": known,
        "rejected": len(rejected),
        "problem": refused,
    }
    if source.partner == fulfillment_works.PARTNER:
        folder.end(source.name, source.file, _report(told, rejected), refused=bool(refused))
    return FileEnded(source=source, told=told)


@flow("shipments.ended", retry=_AGAIN, breaker="devo")
def tell_end(ended: FileEnded, message: Message, devo: Devo) -> None:
    """Tell DEVO how a file ended, so that staff sees it."""
    devo.post(END, str(message.id), msgspec.json.encode({"source": ended.source, "told": ended.told}))


def _batches(source: Source, entries: Iterable[Parcel | list[Bad]]) -> Iterator[ShipmentBatch]:
    """Yield batches of some parcels; at least one, so that every file has an end."""
    try:
        read = list(entries)
    except Reject as error:
        yield ShipmentBatch(source=source, refused=str(error))
        return
    for start in range(0, len(read) or 1, BATCH):
        some = read[start : start + BATCH]
        yield ShipmentBatch(
            source=source,
            parcels=[each for each in some if isinstance(each, Parcel)],
            bad=[bad for each in some if isinstance(each, list) for bad in each],
        )


def _report(told: dict[str, Any], rejected: list[Bad]) -> str:
    """Return the report as CSV: how it ended, then a line for each that was rejected."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["line", "reason", "as written"])
    rows.writerows([bad.row, bad.reason, bad.text] for bad in rejected)
    rows.writerow(
        [
            "END",
            told["problem"] or f"{told['shipped']} shipped, {told['known']} known before, {told['rejected']} rejected",
            "",
        ]
    )
    return written.getvalue()


def _written(parcel: Parcel) -> str:
    return f"{parcel.number},{parcel.order},{' '.join(f'{quantity}x{sku}' for sku, quantity in parcel.lines.items())}"
