"""The settings: one frozen object, read once at start from the environment and from ``opensky.toml``.

What the environment says wins over the file, and the file over the defaults. The string below a field is its
documentation: ``docs/settings.md`` is made from it, and a test fails when a field has none.
"""

import ast
import difflib
import fcntl
import inspect
import ipaddress
import json
import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Self, get_origin
from urllib.parse import urlsplit

from opensky.kernel.errors import Misconfigured
from opensky.settings_checks import check

PREFIX = "OPENSKY_"
CONFIG = f"{PREFIX}CONFIG"
DATA = Path("var")
MIGRATIONS = Path("migrations")
FILE = "opensky.toml"
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
_NAMES: dict[type, str] = {str: "text", Path: "a path", int: "a whole number", bool: "true or false", dict: "a table"}
_KEY_BYTES = 32
NOWHERE = "none"
"""The address of stats that nobody is to count."""
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to reach a shop that listens everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that can be set. Tests make one directly: ``Settings(data=tmp_path, secret_key="...")``."""

    data: Path = DATA
    """Folder of everything that the system keeps: databases, media, logs, keys. Made when absent."""
    host: str = "127.0.0.1"
    """Address to listen on. Loopback by default: a newcomer's shop is not on the network by accident."""
    port: int = 8000
    """Port to listen on, 1 to 65535."""
    workers: int = 2
    """How many web processes answer requests, 1 to 64."""
    threads: int = 8
    """How many requests one web process works on at the same time, 1 to 256; also the size of its connection pool."""
    node: int = 0
    """Number of this machine, 0 to 63. Machines that share a database need different ones, or ids could collide."""
    secret_key: str = field(default="", repr=False)
    """Key that signs what leaves the system and comes back. Made once and kept in `secret.key` in the data folder."""
    database_url: str = field(default="", repr=False)
    """Address of the database, such as `postgresql://user:password@host/name`, `mariadb://…` or `sqlite:///file`; empty means the SQLite file `opensky.sqlite` in the data folder."""
    documents_url: str = field(default="", repr=False)
    """Address of a document store, such as `mongodb://host/name`; empty means that documents are kept in the database too."""
    replica_urls: str = field(default="", repr=False)
    """Addresses of read replicas of the database, separated by commas; pages are read there, writes and what follows them go to the database."""
    replica_sticky_seconds: int = 5
    """How long a visitor who wrote reads the database itself and no replica, 0 to 3600 seconds: longer than replicas lag."""
    history: str = "staff"
    """Whose changes the history keeps: `staff` for those who work in the admin, or `all` for everybody's, jobs included."""
    migrations: Path = MIGRATIONS
    """Folder of the deploy migrations, which can be a git repository of its own; by default the one of the checkout."""
    broker_url: str = field(default="", repr=False)
    """Address of a message broker, such as `stomp://user:password@host:61613/`; empty means that queues are kept in the database alone."""
    bus_threads: int = 4
    """How many messages the bus works on at the same time, 1 to 64."""
    large_message_bytes: int = 65_536
    """Bodies of messages with more bytes are kept in a table of their own, 1024 to 8388608."""
    finished_days: int = 30
    """How many days it is kept which messages were handled when: for journeys and rates, 1 to 36500."""
    seen_days: int = 90
    """How many days a message that comes a second time is known, 1 to 36500: longer than a broker or a dead letter may wait."""
    devo_url: str = ""
    """Address at which the bus reaches the shop, such as `http://10.0.0.7:8000`; empty means the web processes of this machine."""
    fraud_check_ms: int = 400
    """How many milliseconds the simulated fraud check takes to answer, 0 to 60000."""
    payment_url: str = field(default="", repr=False)
    """Address of the payment house, `braintree://PUBLIC_KEY:PRIVATE_KEY@production/MERCHANT`; empty means the test gateway, which moves no money."""
    sandbox_seconds: int = 120
    """How many seconds after its payment the simulated partners of a demo shop ship an order, 1 to 86400; 0 means that they do not."""
    reward_approvers: str = ""
    """E-mail addresses of those of the staff who switch reward rules on, separated by commas; of several, none switches on what they edited last. Empty means all staff."""
    mail_url: str = field(default="", repr=False)
    """Address of a mail server, such as `smtps://user:password@mail.example:465`; empty means that letters become files in the folder `mail` of the data folder."""
    mail_from: str = ""
    """Address from which letters come; empty means `letters@` and the host of the shop's address."""
    mail_returns: str = ""
    """Address to which letters that cannot be delivered come back; empty means the one from which they come."""
    mail_imprint: str = ""
    """Who writes, with a postal address, as it stands below each letter; many countries ask for it."""
    stats_url: str = ""
    """Address of a statsd, such as `udp://127.0.0.1:8125` or `unix:///run/statsd.sock`; empty means the one that `./opensky up` runs, `none` means that nothing is counted."""
    graphite_url: str = ""
    """Address of a Graphite, such as `http://127.0.0.1:8090`, of whose numbers the operations board is made; empty means those that this shop keeps itself."""
    log_level: str = "info"
    """How much the logs tell: `debug` names every request, `info` those that write and every message, `warning` what is slow or goes wrong, `error` what nobody expected."""
    traces_url: str = field(default="", repr=False)
    """Address of an OpenTelemetry collector that takes OTLP over HTTP, such as `http://127.0.0.1:4318`; empty means that no spans are made. It wants the extra `opentelemetry`."""
    jobs: dict[str, Any] = field(default_factory=dict)
    """What is run by the clock: `jobs.zone` is the time zone of its times, UTC if it is not there; `[jobs.write_news]` with `when = "0 7 * * MON"`, `zone` or `on = false` changes one job."""
    alerts: dict[str, Any] = field(default_factory=dict)
    """To whom alerts of the board are told: `emails` is a list of addresses, `webhook` an address that is posted to; in the hours `quiet` (such as `22:00-07:00`, in the time zone `zone`) only what is broken is told."""
    events: dict[str, Any] = field(default_factory=dict)
    """What becomes of events: the table `[events.forward]` names, for an event, the queue that it is sent to; the list `events.rewards` names those that reward rules are asked about, all if it is not there."""
    demo: bool = False
    """Whether this is a demo shop, with demo logins that are refused on any address but loopback."""
    shop_name: str = "OpenSky"
    """Name of the shop, in titles and messages."""
    currency: str = "USD"
    """ISO 4217 code of the currency in which the shop sells."""
    delivery_price: int = 0
    """What the delivery of an order costs, in the smallest unit of the currency (495 is 4.95 USD); 0 means that it is in the prices."""
    levels: dict[str, Any] = field(default_factory=dict)
    """Levels of members: `[levels.Silver]` with `points = 500` names one and from how many points on it is reached; `free_shipping = true` has orders delivered for nothing."""
    public_url: str = ""
    """Address under which people reach the shop, such as `https://shop.example`; empty means host and port."""

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ, config: Path | None = None) -> Self:
        """Read the settings, and make the data folder and the secret key where there are none.

        The file is ``config``, else what ``OPENSKY_CONFIG`` names, else ``opensky.toml`` in the data folder.

        Raises:
            Misconfigured: a key that does not exist, a value of the wrong kind, or a folder that cannot be written.
        """
        found = _from_environment(environ)
        named = config or (Path(environ[CONFIG]) if environ.get(CONFIG) else None)
        inside = Path(found.get("data", DATA)) / FILE
        if named is not None:
            found = _from_file(named) | found
        elif inside.is_file():
            found = _from_file(inside, forbidden="data") | found
        found["data"] = Path(found.get("data", DATA)).expanduser().resolve()
        # The versions that come with the code lie beside it, wherever a command is run.
        checkout = Path(__file__).resolve().parents[2]
        found["migrations"] = Path(found.get("migrations", checkout / MIGRATIONS)).expanduser().resolve()
        check(found)
        if not found.get("secret_key"):
            found["secret_key"] = _secret_key(found["data"])
        return cls(**found)

    @property
    def database(self) -> str:
        """The URL of the database, whether set or the file in the data folder."""
        return self.database_url or f"sqlite:///{self.data / 'opensky.sqlite'}"

    @property
    def address(self) -> str:
        """The address under which people reach the shop, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def devo_address(self) -> str:
        """The address at which other processes of the shop reach its web processes, without a slash at its end."""
        host = ANYWHERE.get(self.host, self.host)
        return (self.devo_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}").rstrip("/")

    @property
    def sender_address(self) -> str:
        """The address from which letters come. A host that is a number has no mail, so it is called localhost."""
        host = urlsplit(self.address).hostname or ""
        return (
            self.mail_from
            or f"letters@{'localhost' if host.strip('[]').replace('.', '').isdecimal() or ':' in host else host}"
        )

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the shop: it listens on loopback and no public address is set."""
        return _is_loopback(self.host) and _is_loopback(urlsplit(self.address).hostname or "")

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are sent over TLS alone: always, but for plain http on loopback."""
        return not (self.loopback and self.address.startswith("http://"))

    def environment(self) -> dict[str, str]:
        """Return the variables that give a child process these settings; the secret key stays in its file."""
        return {PREFIX + f.name.upper(): _text(getattr(self, f.name)) for f in fields(self) if f.name != "secret_key"}


def sentences() -> dict[str, str]:
    """Return the documentation of each setting, read from the string below it in this file."""
    [definition] = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - the source of a class is a class
    found: dict[str, str] = {}
    for before, after in zip(definition.body, definition.body[1:], strict=False):
        match before, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(sentence))):
                found[name] = sentence
    return found


def reference() -> str:
    """Return the table of all settings, in Markdown, as it stands in ``docs/settings.md``."""
    explained = sentences()
    rows = [
        f"| `{f.name}` | `{PREFIX}{f.name.upper()}` | {_default(f.default)} | {explained[f.name]} |"
        for f in fields(Settings)
    ]
    return "\n".join(("| setting | variable | default | what it is |", "| --- | --- | --- | --- |", *rows))


def _default(value: object) -> str:
    return f"`{_text(value)}`" if value not in ("", MISSING) else ""


def _text(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable == CONFIG:
            continue
        name = variable.removeprefix(PREFIX).lower()
        kind = _kind(name, f"environment variable {variable}")
        found[name] = _read(kind, text, f"environment variable {variable}")
    return found


def _from_file(path: Path, forbidden: str = "") -> dict[str, Any]:
    try:
        written = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        message = f"Cannot read the settings file {path}: {error.strerror}."
        raise Misconfigured(message, path=str(path)) from error
    except ValueError as error:
        message = f"The settings file {path} is not valid TOML: {error}."
        raise Misconfigured(message, path=str(path)) from error
    found: dict[str, Any] = {}
    for name, value in written.items():
        where = f"setting {name!r} in {path}"
        kind = _kind(name, where)
        if name == forbidden:
            message = f"The {where} would move the folder that the file is in; set {PREFIX}{name.upper()} instead."
            raise Misconfigured(message, key=name)
        if type(value) is not (str if kind is Path else kind):
            message = f"The {where} must be {_NAMES[kind]}, not {value!r}."
            raise Misconfigured(message, key=name)
        # A folder in a file is meant relative to that file, wherever the command is run.
        found[name] = path.parent / str(value) if kind is Path else value
    return found


def _kind(name: str, where: str) -> type:
    known = {f.name: f.type for f in fields(Settings)}
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        # As it is written where the wrong one stands: a variable has a prefix.
        as_there = f"{PREFIX}{close[0].upper()}" if close and PREFIX in where else (close or [""])[0]
        hint = f"did you mean {as_there}?" if close else f"known are {', '.join(sorted(known))}."
        message = f"Unknown {where}: {hint}"
        raise Misconfigured(message, key=name)
    kind = get_origin(known[name]) or known[name]
    assert isinstance(kind, type)  # noqa: S101 - annotations of this file are not postponed
    return kind


def _read(kind: type, text: str, where: str) -> Any:
    if kind is bool and text.lower() in _TRUE + _FALSE:
        return text.lower() in _TRUE
    if kind is int and text.strip().removeprefix("-").isdecimal():
        return int(text)
    if kind in (str, Path):
        return kind(text)
    if kind is dict:
        with suppress(ValueError):
            table = json.loads(text)
            if isinstance(table, dict):
                return table
    message = f"The {where} must be {_NAMES[kind]}, not {text!r}."
    raise Misconfigured(message, variable=where)


def _secret_key(data: Path) -> str:
    path = data / "secret.key"
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"Cannot write in the data folder {data} ({error.strerror}); choose another with {PREFIX}DATA."
        raise Misconfigured(message, path=str(data)) from error
    with os.fdopen(handle, "r+", encoding="ascii") as file:
        # Two processes may start on an empty folder at once; the second waits here and reads the first one's key.
        fcntl.flock(file, fcntl.LOCK_EX)
        key = file.read().strip()
        if len(key) < 2 * _KEY_BYTES:
            key = secrets.token_hex(_KEY_BYTES)
            file.seek(0)
            file.truncate()
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
    return key


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
