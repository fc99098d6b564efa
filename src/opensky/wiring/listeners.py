"""Who listens to what: the whole table, in one place."""

from opensky.devo.bag.listeners import BagListener
from opensky.devo.benefits.listeners import BenefitListeners
from opensky.devo.bus.listeners import HEARS_LAST, BusListeners
from opensky.devo.credits.events import CREDIT_GRANTED, CREDIT_REVERSED
from opensky.devo.feed.listeners import FeedListeners
from opensky.devo.follows.listeners import FollowListeners
from opensky.devo.fraud.events import ORDER_CHECK_FRAUD, ORDER_FRAUD_CHECKED
from opensky.devo.fraud.listeners import FraudListeners
from opensky.devo.letters.events import LETTER_ORDER_DUE
from opensky.devo.letters.listeners import LetterListeners
from opensky.devo.members.events import (
    MEMBER_CREATED,
    MEMBER_EMAIL_CHANGED,
    MEMBER_LOGGED_IN,
    MEMBER_PASSWORD_CHANGED,
)
from opensky.devo.orders.events import ORDER_CANCELLED, ORDER_PAID, ORDER_REFUNDED, ORDER_SHIPPED
from opensky.devo.orders.listeners import OrderListener
from opensky.devo.products.events import PRODUCT_PUBLISHED
from opensky.devo.products.listeners import ProductListeners
from opensky.devo.proofs.events import PROOF_PASSWORD_ASKED
from opensky.devo.proofs.listeners import ProofListeners
from opensky.devo.rewards.events import REWARD_DUE
from opensky.devo.rewards.facts import EVENTS as REWARDED
from opensky.devo.rewards.listeners import RewardListeners
from opensky.devo.sellers.events import SELLER_CREATED, SELLER_EDITED
from opensky.devo.shares.listeners import ShareListeners
from opensky.devo.shipments.listeners import ShipmentListeners
from opensky.devo.webhooks.events import WEBHOOK_ATTEMPTED, WEBHOOK_DUE
from opensky.devo.webhooks.listeners import WebhookListeners
from opensky.devo.webhooks.telling import OF_ORDERS, OF_PRODUCTS, OF_SELLERS
from opensky.events import Registration, listen
from opensky.persistence import lifecycle

TOLD_LAST = -500
"""Merchants are told of things as everybody else has left them."""

REWARDED_LATE = -100
"""Rules are asked about things as those listeners have left them that belong to the deed."""

SHARED_LATER = -200
"""Who shared is rewarded after who bought."""

REGISTRATIONS: tuple[Registration, ...] = (
    listen(MEMBER_LOGGED_IN, BagListener, "on_member_logged_in"),
    listen(MEMBER_LOGGED_IN, OrderListener, "on_member_logged_in"),
    listen(ORDER_CANCELLED, ShipmentListeners, "on_order_cancelled"),
    listen(ORDER_PAID, FraudListeners, "on_order_paid"),
    listen(ORDER_CHECK_FRAUD, FraudListeners, "on_order_check_fraud"),
    listen(ORDER_FRAUD_CHECKED, FraudListeners, "on_order_fraud_checked"),
    listen(MEMBER_CREATED, LetterListeners, "on_member_created"),
    listen(ORDER_PAID, LetterListeners, "on_order_paid"),
    listen(ORDER_SHIPPED, LetterListeners, "on_order_shipped"),
    listen(ORDER_REFUNDED, LetterListeners, "on_order_refunded"),
    listen(MEMBER_PASSWORD_CHANGED, LetterListeners, "on_member_password_changed"),
    listen(MEMBER_EMAIL_CHANGED, LetterListeners, "on_member_email_changed"),
    listen(PROOF_PASSWORD_ASKED, ProofListeners, "on_proof_password_asked"),
    listen(LETTER_ORDER_DUE, LetterListeners, "on_letter_order_due"),
    listen(CREDIT_GRANTED, BenefitListeners, "on_credit"),
    listen(CREDIT_REVERSED, BenefitListeners, "on_credit"),
    listen(SELLER_CREATED, FollowListeners, "on_seller_created"),
    listen(SELLER_EDITED, ProductListeners, "on_seller_edited"),
    listen(PRODUCT_PUBLISHED, FeedListeners, "on_product_published"),
    listen(WEBHOOK_ATTEMPTED, WebhookListeners, "on_webhook_attempted"),
    listen(WEBHOOK_DUE, WebhookListeners, "on_webhook_due"),
    *(listen(name, RewardListeners, "on_event", priority=REWARDED_LATE) for name in REWARDED),
    listen(ORDER_PAID, ShareListeners, "on_order_paid", priority=SHARED_LATER),
    listen(ORDER_CANCELLED, RewardListeners, "on_order_cancelled"),
    listen(REWARD_DUE, RewardListeners, "on_reward_due"),
    *(listen(name, WebhookListeners, "on_order", priority=TOLD_LAST) for name in OF_ORDERS),
    *(listen(name, WebhookListeners, "on_product", priority=TOLD_LAST) for name in OF_PRODUCTS),
    *(listen(name, WebhookListeners, "on_seller", priority=TOLD_LAST) for name in OF_SELLERS),
    listen("order.*", BusListeners, "on_event", priority=HEARS_LAST),
    listen("member.*", BusListeners, "on_event", priority=HEARS_LAST),
)
"""Add ``listen(SELLER_FOLLOW, FollowListeners, "on_seller_follow")`` here; a class is made when its event comes."""

LIFECYCLE: tuple[lifecycle.Registration, ...] = ()
"""Who hears of objects being written and read: ``lifecycle.listen_to(Product, ProductLife)``, ``lifecycle.listen("on_flush", f)``."""
