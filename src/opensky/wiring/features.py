"""What the features bring: repositories and managers for the container, controllers for the web."""

from pathlib import Path

import opensky.devo.admin
import opensky.devo.benefits
import opensky.devo.bus
import opensky.devo.credits
import opensky.devo.history
import opensky.devo.letters
import opensky.devo.proofs
import opensky.devo.rewards
import opensky.devo.shares
import opensky.devo.storefront
import opensky.devo.webhooks
from opensky.devo.account.controller import AccountController
from opensky.devo.admin.coupons import CouponAdmin, MemberBenefits
from opensky.devo.admin.credits import CreditAdmin, MemberCredit
from opensky.devo.admin.jobs import JobAdmin
from opensky.devo.admin.mail import MailAdmin
from opensky.devo.admin.newest import Newest
from opensky.devo.admin.people import MemberAdmin
from opensky.devo.admin.products import ProductAdmin
from opensky.devo.admin.repository import AdminRepository
from opensky.devo.admin.sellers import SellerAdmin
from opensky.devo.admin.shipments import RejectAdmin, ShipmentAdmin
from opensky.devo.admin.shop import AdminHome, OrderAdmin
from opensky.devo.bag.controller import BagController
from opensky.devo.bag.listeners import BagListener
from opensky.devo.bag.manager import BagManager
from opensky.devo.bag.repository import BagRepository
from opensky.devo.benefits.api import BenefitApi
from opensky.devo.benefits.controller import BenefitController
from opensky.devo.benefits.listeners import BenefitListeners
from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.benefits.repository import BenefitRepository
from opensky.devo.benefits.using import BenefitUses
from opensky.devo.bus.admin import QueueAdmin
from opensky.devo.bus.letters import LetterAdmin
from opensky.devo.bus.listeners import BusListeners
from opensky.devo.bus.manager import BusManager
from opensky.devo.bus.repository import BusRepository
from opensky.devo.bus.watching import BusWatch
from opensky.devo.callbacks.controller import CallbackController
from opensky.devo.callbacks.manager import CallbackManager
from opensky.devo.callbacks.repository import SeenRepository
from opensky.devo.credits.api import CreditApi
from opensky.devo.credits.controller import CreditController
from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.repository import LedgerRepository
from opensky.devo.feed.listeners import FeedListeners
from opensky.devo.feed.manager import FeedManager
from opensky.devo.feed.repository import TailRepository
from opensky.devo.follows.listeners import FollowListeners
from opensky.devo.follows.manager import FollowManager
from opensky.devo.follows.repository import FollowRepository
from opensky.devo.fraud.listeners import FraudListeners
from opensky.devo.fraud.manager import FraudManager
from opensky.devo.fraud.repository import FraudRepository
from opensky.devo.history.admin import HistoryAdmin
from opensky.devo.history.manager import HistoryManager
from opensky.devo.history.repository import HistoryRepository
from opensky.devo.history.reverts import Reverts
from opensky.devo.letters.controller import InboxController, LettersController, OneClickApi
from opensky.devo.letters.inbox import Inbox
from opensky.devo.letters.listeners import LetterListeners
from opensky.devo.letters.manager import LetterManager
from opensky.devo.letters.news import NewsManager
from opensky.devo.letters.repository import LetterRepository
from opensky.devo.members.api import MeApi, TokenApi
from opensky.devo.members.controller import LogInController, SignUpController
from opensky.devo.members.doors import Doors
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.repository import MemberRepository
from opensky.devo.orders.api import OrderApi
from opensky.devo.orders.checkout import CheckoutSums
from opensky.devo.orders.controller import CheckoutController, OrderController
from opensky.devo.orders.holding import OrderHolds
from opensky.devo.orders.listeners import OrderListener
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.parcels import OrderParcels
from opensky.devo.orders.placing import OrderPlacing
from opensky.devo.orders.purse import OrderPurse
from opensky.devo.orders.repository import OrderRepository
from opensky.devo.products.cards import CardKeeper
from opensky.devo.products.catalog import Catalog
from opensky.devo.products.listeners import ProductListeners
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.repository import ProductRepository
from opensky.devo.products.stock import StockRepository
from opensky.devo.proofs.controller import AddressController, ForgottenController
from opensky.devo.proofs.listeners import ProofListeners
from opensky.devo.proofs.manager import ProofManager
from opensky.devo.proofs.repository import ProofRepository
from opensky.devo.rewards.admin import RewardAdmin
from opensky.devo.rewards.admin_form import RewardForms
from opensky.devo.rewards.approval import Approval
from opensky.devo.rewards.giving import Givers
from opensky.devo.rewards.granting import RewardGranter
from opensky.devo.rewards.happened import PastEvents
from opensky.devo.rewards.listeners import RewardListeners
from opensky.devo.rewards.lists import RewardLists
from opensky.devo.rewards.manager import RewardManager
from opensky.devo.rewards.replay_admin import RewardReplayAdmin
from opensky.devo.rewards.replays import Replays
from opensky.devo.rewards.reports import RewardReports
from opensky.devo.rewards.repository import RewardRepository
from opensky.devo.rewards.revisions import Revisions
from opensky.devo.rewards.spans import SpanRepository
from opensky.devo.rewards.trying import Trying
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.repository import SellerRepository
from opensky.devo.shares.api import ShareApi
from opensky.devo.shares.controller import ShareController
from opensky.devo.shares.listeners import ShareListeners
from opensky.devo.shares.manager import ShareManager
from opensky.devo.shares.remembering import ShareCookie
from opensky.devo.shares.repository import ShareRepository
from opensky.devo.shares.sharing import Sharer
from opensky.devo.shipments.controller import ShipmentController
from opensky.devo.shipments.files import ShipmentFiles
from opensky.devo.shipments.listeners import ShipmentListeners
from opensky.devo.shipments.looking import ShipmentLook
from opensky.devo.shipments.manager import ShipmentManager
from opensky.devo.shipments.repository import ShipmentRepository
from opensky.devo.storefront.api import FeedApi, FollowApi, ProductApi, SellerApi
from opensky.devo.storefront.controller import ShopController
from opensky.devo.storefront.feed import FeedController
from opensky.devo.storefront.frame import ShopFrame
from opensky.devo.storefront.insiders import InsiderController, WelcomeController
from opensky.devo.storefront.pieces import PiecesController
from opensky.devo.storefront.showing import InsiderCards
from opensky.devo.webhooks.admin import DeliveryAdmin, WebhookAdmin
from opensky.devo.webhooks.api import WebhookApi, WebhookEventApi
from opensky.devo.webhooks.deliveries import DeliveryManager
from opensky.devo.webhooks.listeners import WebhookListeners
from opensky.devo.webhooks.manager import WebhookManager
from opensky.devo.webhooks.repository import WebhookRepository
from opensky.tactical.alert_pages import AlertAdmin
from opensky.tactical.controller import BoardController, KioskController, ScreenAdmin
from opensky.tactical.kiosk import Kiosks
from opensky.tactical.pages import TEMPLATES as TEMPLATES_OF_THE_BOARD

SERVICES: tuple[type, ...] = (
    MemberRepository,
    MemberManager,
    SellerRepository,
    SellerManager,
    StockRepository,
    CardKeeper,
    ProductRepository,
    ProductManager,
    ProductListeners,
    Catalog,
    FollowRepository,
    FollowManager,
    FollowListeners,
    TailRepository,
    FeedManager,
    FeedListeners,
    BagRepository,
    BagManager,
    BagListener,
    LedgerRepository,
    CreditManager,
    BenefitRepository,
    BenefitManager,
    BenefitListeners,
    BenefitUses,
    OrderRepository,
    OrderPurse,
    OrderPlacing,
    OrderManager,
    CheckoutSums,
    OrderListener,
    OrderHolds,
    OrderParcels,
    ShareRepository,
    ShareManager,
    ShareListeners,
    ShipmentRepository,
    ShipmentManager,
    ShipmentFiles,
    ShipmentLook,
    ShipmentListeners,
    FraudRepository,
    FraudManager,
    FraudListeners,
    LetterRepository,
    LetterManager,
    LetterListeners,
    NewsManager,
    Inbox,
    ProofRepository,
    ProofManager,
    ProofListeners,
    SeenRepository,
    CallbackManager,
    HistoryRepository,
    Reverts,
    HistoryManager,
    BusRepository,
    BusManager,
    BusWatch,
    BusListeners,
    WebhookRepository,
    WebhookManager,
    DeliveryManager,
    WebhookListeners,
    RewardRepository,
    Revisions,
    SpanRepository,
    Givers,
    RewardGranter,
    PastEvents,
    Trying,
    Approval,
    RewardReports,
    RewardManager,
    RewardListeners,
    Replays,
    RewardLists,
    AdminRepository,
    Newest,
    MemberCredit,
    MemberBenefits,
    Kiosks,
)
"""Repositories, managers, listeners: made once a request or job, from what their constructors name."""

WEB_SERVICES: tuple[type, ...] = (Doors, InsiderCards, Sharer, ShareCookie)
"""What only a request can have, because it asks who the visitor is."""

CONTROLLERS: tuple[type, ...] = (
    SignUpController,
    LogInController,
    TokenApi,
    MeApi,
    ShopController,
    InsiderController,
    WelcomeController,
    PiecesController,
    FeedController,
    ProductApi,
    SellerApi,
    FollowApi,
    FeedApi,
    BagController,
    CheckoutController,
    OrderController,
    OrderApi,
    ShareController,
    ShareApi,
    WebhookEventApi,
    WebhookApi,
    CallbackController,
    ShipmentController,
    AccountController,
    CreditController,
    CreditApi,
    BenefitController,
    BenefitApi,
    ForgottenController,
    AddressController,
    LettersController,
    OneClickApi,
    InboxController,
    MailAdmin,
    JobAdmin,
    AdminHome,
    OrderAdmin,
    ShipmentAdmin,
    RejectAdmin,
    ProductAdmin,
    SellerAdmin,
    MemberAdmin,
    CreditAdmin,
    CouponAdmin,
    WebhookAdmin,
    DeliveryAdmin,
    RewardAdmin,
    RewardForms,
    RewardReplayAdmin,
    HistoryAdmin,
    QueueAdmin,
    LetterAdmin,
    BoardController,
    KioskController,
    ScreenAdmin,
    AlertAdmin,
)
"""Controllers, APIs and admin pages whose routes the web serves."""

TEMPLATES: tuple[Path, ...] = (
    Path(opensky.devo.storefront.__file__).parent / "templates",
    Path(opensky.devo.history.__file__).parent / "templates",
    Path(opensky.devo.admin.__file__).parent / "templates",
    Path(opensky.devo.webhooks.__file__).parent / "templates",
    Path(opensky.devo.bus.__file__).parent / "templates",
    Path(opensky.devo.letters.__file__).parent / "templates",
    Path(opensky.devo.proofs.__file__).parent / "templates",
    Path(opensky.devo.credits.__file__).parent / "templates",
    Path(opensky.devo.benefits.__file__).parent / "templates",
    Path(opensky.devo.shares.__file__).parent / "templates",
    Path(opensky.devo.rewards.__file__).parent / "templates",
    TEMPLATES_OF_THE_BOARD,
)
"""Folders of templates, looked into in this order."""

FRAME: type | None = ShopFrame
"""The class whose ``context()`` gives what every page shows around its content (shelves, bag count); see ``web.kernel.Frame``."""
