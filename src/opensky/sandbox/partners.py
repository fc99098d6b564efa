"""The simulated partners: Fulfillment Works drops CSV files, Vendornet posts JSON, and both can have bad days."""

import csv
import io
import random
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import msgspec

from opensky.devo.shipments.controller import VENDORNET
from opensky.kernel.signed import Seal, partner_key
from opensky.osis.partners.fulfillment_works import COLUMNS, END, PARTNER
from opensky.persistence import Database
from opensky.sandbox.owed import WAREHOUSE, Owed, owed
from opensky.settings import Settings

_DOOR = "/callbacks/vendornet/shipments"
_CARRIERS = ("UPS", "DHL", "FedEx")


@dataclass(frozen=True, slots=True)
class Moods:
    """How the partners are today: how slow, and of how many in a hundred files something is wrong."""

    after: timedelta = timedelta(seconds=120)
    slow: float = 0.0
    errors: int = 0


class Partners:
    """Ships what is owed. What was told once is not told again by the same process; telling it twice would do no harm."""

    def __init__(
        self, database: Database, settings: Settings, moods: Moods, client: httpx.Client | None = None
    ) -> None:
        self._database = database
        self._clock = database.clock
        self._incoming = settings.data / "partners" / PARTNER / "incoming"
        self._moods = moods
        self._seal = Seal.of_partner(partner_key(settings.secret_key, VENDORNET), self._clock)
        # The shop is on this network: no proxy of the environment stands between.
        self._client = client or httpx.Client(base_url=settings.devo_address, trust_env=False)
        self._told: set[str] = set()
        self._chance = random.Random()

    def shop_answers(self) -> bool:
        """Whether the shop is open: before that there is nothing to tell."""
        try:
            self._client.head("/")
        except httpx.HTTPError:
            return False
        return True

    def round(self) -> list[str]:
        """Ship what is owed now; return a line for each file and document, for a person to read."""
        now = self._clock.now()
        parcels = owed(self._database, now, self._moods.after, self._told)
        said = []
        for partner in sorted({each.partner for each in parcels}):
            some = [each for each in parcels if each.partner == partner]
            said.append(self._drop(some, now) if partner == WAREHOUSE else self._post(some, now))
        return said

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _drop(self, parcels: Sequence[Owed], now: datetime) -> str:
        """Write a file: first under another name, so that nobody reads half of it."""
        rows = [_row(parcel, sku, now) for parcel in parcels for sku in parcel.lines]
        wrong = self._wrong()
        if wrong == "a line that is none":
            rows.insert(0, ["FW-0000", "OS-NOWHERE", "", "none"])
        end = [] if wrong == "it breaks off" else [[END, str(len(rows))]]
        name = f"shipments-{now:%Y%m%d-%H%M%S}-{parcels[0].number}.csv"
        self._incoming.mkdir(parents=True, exist_ok=True)
        part = self._incoming / f"{name}.part"
        self._write(part, [list(COLUMNS), *rows, *end])
        part.rename(self._incoming / name)
        if wrong == "it comes twice":
            self._write(self._incoming / f"again-{name}", [list(COLUMNS), *rows, *end])
        if wrong != "it breaks off":  # else they are told in the next file
            self._told.update(each.number for each in parcels)
        return f"Fulfillment Works dropped {name} with {len(parcels)} parcels{f', and {wrong}' if wrong else ''}."

    def _write(self, path: Path, rows: Sequence[Sequence[str]]) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            for row in rows:
                line = io.StringIO()
                csv.writer(line, lineterminator="\n").writerow(row)
                file.write(line.getvalue())
                if self._moods.slow:
                    file.flush()
                    time.sleep(self._moods.slow / len(rows))

    def _post(self, parcels: Sequence[Owed], now: datetime) -> str:
        entries: list[object] = [_entry(parcel, now) for parcel in parcels]
        wrong = self._wrong()
        if wrong == "a line that is none":
            entries.append({"id": "VN-0000"})
        body = msgspec.json.encode({"shipments": entries})
        if wrong == "it breaks off":
            body = body[: len(body) // 2]
        time.sleep(self._moods.slow)
        document = f"{now:%Y%m%d-%H%M%S}-{parcels[0].number}"
        headers = {"Content-Type": "application/json", **self._seal.headers(document, body)}
        try:
            answer = self._client.post(_DOOR, content=body, headers=headers)
            if wrong == "it comes twice":
                self._client.post(_DOOR, content=body, headers=headers)
        except httpx.HTTPError as error:
            return f"Vendornet could not post {document}: {type(error).__name__}; it tries again."
        if answer.status_code == httpx.codes.ACCEPTED:
            self._told.update(each.number for each in parcels)
        told = f"Vendornet posted {document} with {len(parcels)} parcels: {answer.status_code}"
        return f"{told}{f', and {wrong}' if wrong else ''}."

    def _wrong(self) -> str:
        """Return what goes wrong this time; mostly nothing."""
        if self._chance.randrange(100) >= self._moods.errors:
            return ""
        return self._chance.choice(("it breaks off", "it comes twice", "a line that is none"))


def _row(parcel: Owed, sku: str, now: datetime) -> list[str]:
    return [
        parcel.number,
        parcel.order,
        sku,
        str(parcel.lines[sku]),
        _carrier(parcel),
        _tracking(parcel),
        now.isoformat(timespec="seconds"),
    ]


def _entry(parcel: Owed, now: datetime) -> dict[str, object]:
    return {
        "id": parcel.number,
        "order": parcel.order,
        "items": [{"sku": sku, "quantity": quantity} for sku, quantity in parcel.lines.items()],
        "carrier": _carrier(parcel),
        "tracking": _tracking(parcel),
        "shipped_at": now.isoformat(timespec="seconds"),
    }


def _carrier(parcel: Owed) -> str:
    return _CARRIERS[zlib.crc32(parcel.number.encode()) % len(_CARRIERS)]


def _tracking(parcel: Owed) -> str:
    return f"TEST{zlib.crc32(parcel.number.encode()):010}"
