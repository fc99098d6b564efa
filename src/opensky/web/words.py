"""The texts of templates in the visitor's language; English until a translation is added."""

from gettext import NullTranslations
from typing import Any

from markupsafe import Markup


class Words:
    """Looks texts up, each once. A text is trusted, as it is a template's own; what is put into it is escaped."""

    def __init__(self, translations: NullTranslations) -> None:
        self._translations = translations
        self._kept: dict[str, Markup] = {}

    def one(self, text: str, /, **values: Any) -> Markup:
        """Return a text, with ``%(name)s`` filled in; a per cent sign is written ``%%``."""
        known = self._kept.get(text)
        if known is None:
            known = self._kept[text] = Markup(self._translations.gettext(text))  # noqa: S704 - a template's own text
        return known % values if values or "%" in known else known

    def many(self, one: str, many: str, number: int, /, **values: Any) -> Markup:
        """Return the text for one or for several, with ``%(num)s`` and other names filled in."""
        text = Markup(self._translations.ngettext(one, many, number))  # noqa: S704 - a template's own text
        return text % {"num": number, **values}
