"""The campaigns of the Complete Journey: who got which, what each coupon was good for, and which coupons were redeemed.

A coupon of a campaign becomes a reward rule over two lists: the members who got the campaign, and the products that the coupon is good for.
What it took off is not in the data; it is taken from the till, from the rows on which it was redeemed.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq

from opensky.importing.journey import Journey

FILES = ("campaign_descriptions", "campaigns", "coupons", "coupon_redemptions")
USUAL_CENTS = 100
"""What a coupon takes off of which the till says nothing."""
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign: its number, its type (A, B or C), and its first and last day."""

    number: int
    kind: str
    first: date
    last: date

    @property
    def name(self) -> str:
        """What it, and the list of its members, is called."""
        return f"Campaign {self.number}"

    @property
    def ends(self) -> date:
        """The day after its last."""
        return self.last + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon of a campaign."""

    campaign: Campaign
    upc: int

    @property
    def name(self) -> str:
        """What it, and the list of its products, is called."""
        return f"{self.campaign.name}, coupon {self.upc}"


@dataclass(frozen=True, slots=True)
class Redemption:
    """That one household redeemed a coupon on a day."""

    household: int
    campaign: int
    upc: int
    day: date


def has_campaigns(folder: Path) -> bool:
    """Say whether the data has campaigns."""
    return all((folder / f"{name}.parquet").exists() for name in FILES)


class Campaigns:
    """The campaigns, and what follows from them, in the order of their numbers."""

    def __init__(self, folder: Path, journey: Journey) -> None:
        self._folder = folder
        self._journey = journey
        told = _read(folder, "campaign_descriptions").sort_by("campaign_id").to_pylist()
        self.campaigns = {
            row["campaign_id"]: Campaign(
                row["campaign_id"],
                row["campaign_type"].removeprefix("Type "),
                _day(row["start_date"]),
                _day(row["end_date"]),
            )
            for row in told
        }

    @cached_property
    def members(self) -> list[tuple[int, str]]:
        """Which households got which campaign: position of the household, name of the list. Who never shopped is left out."""
        rows = _read(self._folder, "campaigns").sort_by([("campaign_id", "ascending"), ("household_id", "ascending")])
        found = _positions(self._journey.households, rows["household_id"].to_numpy())
        numbers = rows["campaign_id"].to_pylist()
        return [
            (position, self.campaigns[number].name)
            for position, number in zip(found.tolist(), numbers, strict=True)
            if position >= 0
        ]

    @cached_property
    def products(self) -> Mapping[Coupon, list[int]]:
        """What each coupon is good for: positions of products. What is not on the product list is left out."""
        rows = _read(self._folder, "coupons").sort_by(
            [("campaign_id", "ascending"), ("coupon_upc", "ascending"), ("product_id", "ascending")]
        )
        positions = _positions(self._journey.goods.number, rows["product_id"].to_numpy()).tolist()
        found: dict[Coupon, list[int]] = {}
        for number, upc, position in zip(
            rows["campaign_id"].to_pylist(), rows["coupon_upc"].to_pylist(), positions, strict=True
        ):
            of = found.setdefault(Coupon(self.campaigns[number], upc), [])
            if position >= 0:
                of.append(position)
        return {coupon: list(dict.fromkeys(of)) for coupon, of in found.items()}

    @cached_property
    def redemptions(self) -> list[Redemption]:
        """Which coupons were redeemed."""
        rows = _read(self._folder, "coupon_redemptions").to_pylist()
        return [
            Redemption(row["household_id"], row["campaign_id"], row["coupon_upc"], _day(row["redemption_date"]))
            for row in rows
        ]

    def cents(self) -> Mapping[tuple[int, int], int]:
        """What coupons took off, by campaign and number: the median at the till, where one was redeemed for one of its products."""
        numbers, taken = self._journey.goods.number, self._taken_off()
        by_key = {(coupon.campaign.number, coupon.upc): of for coupon, of in self.products.items()}
        seen: dict[tuple[int, int], list[int]] = defaultdict(list)
        for each in self.redemptions:
            key = (each.campaign, each.upc)
            good = (
                {int(numbers[position]) for position in by_key.get(key, ())}
                if (each.household, each.day) in taken
                else set()
            )
            seen[key] += [cents for number, cents in taken.get((each.household, each.day), ()) if number in good]
        return {key: int(np.median(found)) for key, found in seen.items() if found}

    def _taken_off(self) -> Mapping[tuple[int, date], list[tuple[int, int]]]:
        names = ["household_id", "product_id", "coupon_disc", "transaction_timestamp"]
        rows = pq.read_table(self._folder / "transactions.parquet", columns=names, filters=pc.field("coupon_disc") > 0)
        found: dict[tuple[int, date], list[tuple[int, int]]] = defaultdict(list)
        for row in rows.to_pylist():
            at = row["transaction_timestamp"]
            found[row["household_id"], _day(at)].append((row["product_id"], round(row["coupon_disc"] * 100)))
        return found


def instant(day: date, zone: Any) -> datetime:
    """Return the beginning of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _read(folder: Path, name: str) -> Any:
    return pq.read_table(folder / f"{name}.parquet")


def _day(moment: datetime) -> date:
    return date(moment.year, moment.month, moment.day)


def _positions(known: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return where each number stands among those known, which are in order; -1 for one that does not."""
    found = np.searchsorted(known, wanted)
    found[found == len(known)] = 0
    return np.where(known[found] == wanted, found, -1)
