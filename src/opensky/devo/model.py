"""All classes that DEVO keeps: the list from which tables, collections and checks are made."""

from opensky.devo.bag.objects import Bag, BagLine
from opensky.devo.benefits.objects import Benefit, BenefitUse, MemberLevel
from opensky.devo.bus.objects import LetterAct
from opensky.devo.credits.objects import LedgerAccount, LedgerEntry
from opensky.devo.follows.objects import Follow, FollowerCount, FollowingCount
from opensky.devo.fraud.objects import FraudVerdict
from opensky.devo.letters.objects import LetterSubscription
from opensky.devo.members.objects import Member
from opensky.devo.orders.objects import Order, OrderLine
from opensky.devo.payments.objects import TestCapture, TestCharge
from opensky.devo.products.objects import Category, CategoryCard, Product, ProductCard, StockItem
from opensky.devo.products.search import SEARCH as PRODUCT_SEARCH
from opensky.devo.proofs.objects import Proof
from opensky.devo.rewards.list_objects import RewardListed
from opensky.devo.rewards.objects import (
    RewardChanges,
    RewardGrant,
    RewardRevision,
    RewardRule,
    RewardSpan,
    RewardUse,
)
from opensky.devo.rewards.replay_objects import RewardReplay
from opensky.devo.sellers.objects import Seller
from opensky.devo.sellers.search import SEARCH as SELLER_SEARCH
from opensky.devo.shares.objects import Share
from opensky.devo.shipments.objects import Shipment, ShipmentFile, ShipmentReject
from opensky.devo.webhooks.objects import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from opensky.mail.objects import Delivery, Stop
from opensky.persistence.history.objects import Change
from opensky.scheduler.objects import JobRun, JobState
from opensky.web.objects import AlertRow, ApiToken, KioskLink, Session, Throttle

MODEL: tuple[type, ...] = (
    Member,
    Seller,
    Category,
    Product,
    StockItem,
    ProductCard,
    CategoryCard,
    Follow,
    FollowerCount,
    FollowingCount,
    Bag,
    BagLine,
    Order,
    OrderLine,
    Share,
    TestCharge,
    TestCapture,
    FraudVerdict,
    LedgerAccount,
    LedgerEntry,
    Benefit,
    BenefitUse,
    MemberLevel,
    Shipment,
    ShipmentFile,
    ShipmentReject,
    LetterAct,
    LetterSubscription,
    Proof,
    Delivery,
    Stop,
    WebhookEndpoint,
    WebhookDelivery,
    WebhookAttempt,
    RewardRule,
    RewardGrant,
    RewardUse,
    RewardSpan,
    RewardRevision,
    RewardChanges,
    RewardReplay,
    RewardListed,
    Session,
    ApiToken,
    KioskLink,
    AlertRow,
    Throttle,
    JobState,
    JobRun,
    Change,
)

SEARCHES = (PRODUCT_SEARCH, SELLER_SEARCH)
"""The indexes of words, whose tables are made with the others."""
