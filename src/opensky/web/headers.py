"""The headers that every answer carries, made once, and the policy of what a page may load."""

from opensky.settings import Settings

Headers = list[tuple[bytes, bytes]]

_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-%s'; style-src 'self' 'nonce-%s'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_FILE_POLICY = b"default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
_FRAMED_POLICY = (
    b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    b"sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
_DATA_POLICY = b"default-src 'none'; frame-ancestors 'none'"
_YEAR = 31_536_000

NO_STORE = (b"cache-control", b"private, no-store")
NO_SNIFF = (b"x-content-type-options", b"nosniff")
REVALIDATE = (b"cache-control", b"private, no-cache")


class SecurityHeaders:
    """The fixed headers of pages, of API answers, of files and of documents in frames."""

    __slots__ = ("api", "file", "framed", "page")

    def __init__(self, settings: Settings) -> None:
        common: Headers = [NO_SNIFF]
        if settings.address.startswith("https://"):
            common.append((b"strict-transport-security", b"max-age=%d; includeSubDomains" % _YEAR))
        self.api: Headers = [
            *common,
            NO_STORE,
            (b"content-security-policy", _DATA_POLICY),
            (b"referrer-policy", b"no-referrer"),
        ]
        self.page: Headers = [
            *common,
            (b"content-type", b"text/html; charset=utf-8"),
            (b"referrer-policy", b"strict-origin-when-cross-origin"),
            (b"permissions-policy", _PERMISSIONS.encode()),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]
        self.file: Headers = [
            *common,
            (b"content-security-policy", _FILE_POLICY),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]
        self.framed: Headers = [
            *common,
            (b"content-security-policy", _FRAMED_POLICY),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]


def page_policy(nonce: str) -> tuple[bytes, bytes]:
    """Return the content security policy of a page whose own scripts bear ``nonce``."""
    return (b"content-security-policy", (_PAGE_POLICY % (nonce, nonce)).encode())
