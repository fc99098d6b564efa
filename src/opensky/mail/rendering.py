"""Letters from templates. One template says what a letter says; a kit of pieces says it in HTML, another one as text.

So the two never differ in what they say. Every style is written into its element, as mail programs throw style sheets away.
"""

import gettext
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from markupsafe import Markup

from opensky.kernel.sealing import Signer
from opensky.mail.errors import BrokenLetter
from opensky.mail.letter import Letter, Sealed

OWN = Path(__file__).parent / "templates"
TEXT_WIDTH = 72
ENDING = ".jinja"
_SIGNATURE = "-- "
"""What mail programs know the signature by, with its blank."""
UNSUBSCRIBE = "unsubscribe"
"""Name of the link that ends letters of a topic."""


class Written(NamedTuple):
    """A letter as it will be read, and the link that ends letters of its kind, if it is of such."""

    subject: str
    html: str
    text: str
    unsubscribe: str = ""


class Renderer:
    """Writes letters. ``folders`` hold the templates of the features, each with the blocks ``subject``, ``preview`` and ``body``."""

    def __init__(
        self, folders: Sequence[Path], *, shop_name: str, address: str, secret_key: str, imprint: str = ""
    ) -> None:
        self._address = address
        self._secret_key = secret_key
        self._folders = tuple(folders)
        around = {"shop_name": shop_name, "imprint": imprint, "home": address + "/", "home_at": address}
        self._html = _environment(self._folders, around, autoescape=True)
        self._text = _environment(self._folders, around, autoescape=False)

    def kinds(self) -> list[str]:
        """Return the names of all letters that there are."""
        return sorted(path.stem for folder in self._folders for path in folder.glob(f"*{ENDING}"))

    def write(self, letter: Letter) -> Written:
        """Return the letter as it will be read.

        Raises:
            BrokenLetter: there is no such template, or it needs what the letter does not have.
        """
        links = {name: self._address + path for name, path in letter.links.items()}
        links |= {name: self._sealed(each) for name, each in letter.sealed.items()}
        if letter.topic and UNSUBSCRIBE not in links:
            raise BrokenLetter(f"A letter about {letter.topic} needs a link named {UNSUBSCRIBE}: nobody has to get it.")
        values = {**letter.data, "name": letter.name, "links": links}
        try:
            subject = " ".join(_block(self._text, letter.kind, "subject", values).split())
            values |= {"subject": subject, "unsubscribe": links.get(UNSUBSCRIBE, "") if letter.topic else ""}
            values["preview"] = " ".join(_block(self._text, letter.kind, "preview", values).split())
            html = self._framed(self._html, "frame_html", letter.kind, values)
            text = self._framed(self._text, "frame_text", letter.kind, values)
        except TemplateError as error:
            raise BrokenLetter(f"The letter {letter.kind!r} cannot be written: {error}.", kind=letter.kind) from error
        return Written(subject, html, text, values["unsubscribe"])

    def _sealed(self, link: Sealed) -> str:
        signer = Signer(self._secret_key, link.purpose)
        return self._address + link.path + (signer.seal(link.text) if link.whole else signer.sign(link.text))

    def _framed(self, environment: Environment, frame: str, kind: str, values: Mapping[str, Any]) -> str:
        body = _block(environment, kind, "body", values)
        inside = Markup(body) if environment.autoescape else body  # noqa: S704 - the template has escaped what it shows
        made = _template(environment, frame).render({**values, "body": inside})
        return _without_gaps(made)


def _environment(folders: Sequence[Path], around: Mapping[str, Any], *, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([*folders, OWN]),
        autoescape=autoescape,  # noqa: S701 - on for HTML; a text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    words = gettext.NullTranslations()
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["wrapped"] = wrapped
    environment.globals.update(around)
    kit = "kit_html" if autoescape else "kit_text"
    environment.globals["k"] = _template(environment, kit).module
    return environment


def _template(environment: Environment, name: str) -> Template:
    return environment.get_template(name + ENDING)


def _block(environment: Environment, kind: str, block: str, values: Mapping[str, Any]) -> str:
    template = _template(environment, kind)
    if block not in template.blocks:
        raise BrokenLetter(f"The letter {kind!r} has no block {block!r}.", kind=kind)
    return "".join(template.blocks[block](template.new_context(dict(values)))).strip()


def wrapped(text: str, indent: str = "") -> str:
    """Return a text in lines that every mail program shows whole; links are never broken."""
    return textwrap.fill(
        " ".join(str(text).split()),
        TEXT_WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _without_gaps(text: str) -> str:
    """Return a text with at most one empty line in a row, and none at its ends."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line if line == _SIGNATURE else line.rstrip())
    return "\n".join(lines) + "\n"
