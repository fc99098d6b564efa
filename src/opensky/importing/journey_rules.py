"""Campaigns as a shop has them: lists, and a paused reward rule for each coupon; and the check against what was really redeemed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.rewards.objects import RewardRule, RuleId
from opensky.devo.rewards.past import KEPT, Span
from opensky.devo.rewards.revisions import revision_of
from opensky.importing import ids
from opensky.importing.journey_campaigns import USUAL_CENTS, Campaigns, Coupon, instant
from opensky.importing.journey_rows import JourneyRows, Rows
from opensky.persistence import Database
from opensky.ruler import Context, Rule, RuleBuilder
from opensky.ruler.index import IndexedRules
from opensky.ruler.json_form import canonical

LIST_COLUMNS = ("kind", "thing_id", "name")
_ASKED = frozenset({"member.lists", "order.lists"})
_ALL_TIME = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


class CampaignRows:
    """Makes lists and rules."""

    def __init__(self, campaigns: Campaigns, rows: JourneyRows, first_second: int) -> None:
        self.campaigns = campaigns
        self._rows = rows
        self._first_second = first_second

    def lists(self) -> Rows:
        """Make the lists: members by campaign, products by coupon."""
        members, products = self._rows.member_ids, self._rows.product_ids
        made: Rows = [("member", int(members[position]), name) for position, name in self.campaigns.members]
        for coupon, of in self.campaigns.products.items():
            made += [("product", int(products[position]), coupon.name) for position in of]
        return made

    def rules(self) -> Iterator[RewardRule]:
        """Make a rule of each coupon. It is paused, and its time is over: it is there to be read, copied and replayed."""
        cents = self.campaigns.cents()
        for ordinal, coupon in enumerate(self.campaigns.products):
            campaign = coupon.campaign
            amount = Decimal(cents.get((campaign.number, coupon.upc)) or USUAL_CENTS).scaleb(-2)
            rule = RewardRule(
                id=RuleId(ids.at_second(ids.RULE, self._first_second, ordinal)),
                name=coupon.name,
                event=ORDER_PAID,
                condition=canonical(condition_of(coupon).node),
                reward="credit",
                arguments={"amount": str(amount)},
                state="paused",
                starts_at=instant(campaign.first, UTC),
                ends_at=instant(campaign.ends, UTC),
                created_at=instant(campaign.first, UTC),
            )
            rule.revision = revision_of(rule)
            yield rule


def condition_of(coupon: Coupon) -> Rule:
    """Return the condition of a coupon: it was sent to them, and they bought something that it is good for."""
    rb = RuleBuilder()
    return Rule(rb.member.lists.set_contains(coupon.campaign.name) & rb.order.lists.set_contains(coupon.name))


class Check:
    """What the rules would have granted for the orders that there are, beside what was redeemed."""

    def __init__(self, campaigns: Campaigns, rows: JourneyRows, households: Mapping[int, int]) -> None:
        self._campaigns = campaigns
        self._member_ids = rows.member_ids
        self._position = households
        self._held: dict[tuple[int, int, int], set[date]] = defaultdict(set)
        """Member, campaign and coupon: the days on which the condition held, within the time of the campaign."""
        self._days: set[tuple[int, date]] = set()

    def run(self, database: Database) -> Counter[str]:
        """Ask the rules about all orders, and compare."""
        index, of = IndexedRules(), dict[int, Coupon]()
        for coupon in self._campaigns.products:
            rule = condition_of(coupon)
            of[id(rule)] = coupon
            index.add_rule(rule)
        with database.reader() as reader:
            for event in KEPT[ORDER_PAID].walk(reader, _ASKED, _ALL_TIME):
                day = event.at.date()
                self._days.add((event.member_id, day))
                if event.facts["order"]["lists"] and event.facts["member"]["lists"]:
                    for rule in index.matching(Context(event.facts))[0]:
                        self._note(of[id(rule)], event.member_id, day)
        return self._compared()

    def _note(self, coupon: Coupon, member_id: int, day: date) -> None:
        if coupon.campaign.first <= day < coupon.campaign.ends:
            self._held[member_id, coupon.campaign.number, coupon.upc].add(day)

    def _compared(self) -> Counter[str]:
        found: Counter[str] = Counter()
        used: set[tuple[int, int, int]] = set()
        for each in self._campaigns.redemptions:
            position = self._position.get(each.household)
            member_id = int(self._member_ids[position]) if position is not None else 0
            key = (member_id, each.campaign, each.upc)
            used.add(key)
            found["redemptions known"] += 1
            if each.day in self._held.get(key, ()):
                found["redemptions that their rule grants, on the day"] += 1
                continue
            bought = (member_id, each.day) in self._days
            why = "none of the coupon's goods in an order of the day" if bought else "no order on the day"
            found[f"redemptions with {why}"] += 1
            near = [day for day in self._held.get(key, ()) if abs(day - each.day) <= timedelta(days=1)]
            found["of these, granted a day before or after"] += bool(near)
            found["of these, granted on another day of the campaign"] += bool(self._held.get(key)) and not near
        found["members and coupons whose rule grants, and that were not redeemed"] = len(self._held.keys() - used)
        return found
