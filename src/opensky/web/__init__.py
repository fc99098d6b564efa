"""The web: the HTTP kernel on which the features' controllers stand.

This door imports no framework, so that objects and controllers can be read without one; ``opensky.web.app`` is the rest.
"""

from opensky.web import access
from opensky.web.exchange import Exchange
from opensky.web.form import Form
from opensky.web.responses import Download, Framed, Json, Live, Page, Redirect, local_path
from opensky.web.routing import FromHeader, Signed, action, api, callback, page
from opensky.web.sessions import OpenSession, Sessions, Tokens
from opensky.web.throttles import LOG_IN_ACCOUNT, LOG_IN_ADDRESS, SIGN_UP_ADDRESS, Limit, Throttles
from opensky.web.visitor import Visitor

__all__ = [
    "LOG_IN_ACCOUNT",
    "LOG_IN_ADDRESS",
    "SIGN_UP_ADDRESS",
    "Download",
    "Exchange",
    "Form",
    "Framed",
    "FromHeader",
    "Json",
    "Limit",
    "Live",
    "OpenSession",
    "Page",
    "Redirect",
    "Sessions",
    "Signed",
    "Throttles",
    "Tokens",
    "Visitor",
    "access",
    "action",
    "api",
    "callback",
    "local_path",
    "page",
]
