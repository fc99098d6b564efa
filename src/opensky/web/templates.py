"""Pages from templates: one environment for the process, compiled templates kept, cards rendered once a version."""

import gettext
import secrets
import threading
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from opensky.kernel.clock import Clock
from opensky.kernel.money import Money
from opensky.settings import Settings
from opensky.web.assets import Assets
from opensky.web.csrf import FIELD
from opensky.web.exchange import Exchange
from opensky.web.folding import FoldingEnvironment
from opensky.web.formats import FILTERS, Ago
from opensky.web.words import Words

OWN = Path(__file__).parent / "templates"
MOST_FRAGMENTS = 2_000


class Templates:
    """Renders templates. ``folders`` come first, this room's own templates last."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        assets: Assets,
        folders: Sequence[Path] = (),
        compiled: BytecodeCache | None = None,
    ) -> None:
        self._environment = FoldingEnvironment(
            loader=FileSystemLoader([*folders, OWN]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=compiled,
            extensions=["jinja2.ext.i18n"],
        )
        words = Words(gettext.NullTranslations())
        self._environment.constant = {"_": words.one, "static": assets.static}
        self._environment.newstyle_gettext = True  # type: ignore[attr-defined]
        self._environment.filters.update(FILTERS, ago=Ago(clock))
        self._environment.globals.update(
            static=assets.static,
            media=assets.media,
            shop_name=settings.shop_name,
            delivery_price=Money(settings.delivery_price, settings.currency),
            cards=self.cards,
            _=words.one,
            gettext=words.one,
            ngettext=words.many,
        )
        self._cards = Fragments()

    def render(self, template: str, exchange: Exchange, context: Mapping[str, Any]) -> tuple[str, str]:
        """Return the page and the nonce that its own scripts bear."""
        nonce = secrets.token_urlsafe(16)
        visitor = exchange.visitor
        text = self._environment.get_template(template).render(
            {
                "visitor": visitor,
                "csrf_field": lambda: csrf_field(visitor.csrf_token),
                "csp_nonce": nonce,
                "path": exchange.incoming.path,
                **context,
            }
        )
        return text, nonce

    def cards(self, cards: Iterable[Hashable]) -> Markup:
        """Return the grid items of some cards. A card that looks the same as before is not rendered again."""
        return Markup("\n").join([self._cards.get(card) or self._card(card) for card in cards])

    def preload(self) -> None:
        """Compile every template now, so that worker processes share them."""
        for name in self._environment.list_templates(extensions=["html"]):
            self._environment.get_template(name)

    def _card(self, card: Hashable) -> Markup:
        macro = self._environment.get_template("_card.html").module.card
        return self._cards.keep(card, Markup(macro(card)))  # noqa: S704 - a macro has escaped what it shows


class Fragments:
    """Rendered pieces by what they show; the oldest half goes when there are too many."""

    def __init__(self, most: int = MOST_FRAGMENTS) -> None:
        self._most = most
        self._kept: dict[Hashable, Markup] = {}
        self._lock = threading.Lock()

    def get(self, shown: Hashable) -> Markup | None:
        """Return the piece, if it was rendered before."""
        return self._kept.get(shown)

    def keep(self, shown: Hashable, piece: Markup) -> Markup:
        """Keep a piece and return it."""
        with self._lock:
            if len(self._kept) >= self._most:
                for old in list(self._kept)[: self._most // 2]:
                    del self._kept[old]
            self._kept[shown] = piece
        return piece


def csrf_field(token: str) -> Markup:
    """Return the hidden field that every form with POST must hold."""
    return Markup(f'<input type="hidden" name="{FIELD}" value="{token}">')  # noqa: S704 - letters, digits, - and _
