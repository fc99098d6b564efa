"""Addresses that others gave us to call."""

import ipaddress

import pytest

from opensky.kernel.outward import NotCalled, checked_url, refuse_address

INSIDE_OF_A_NETWORK = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.1",
    "::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
)
NEVER = ("169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "::ffff:169.254.169.254")  # noqa: S104
OPEN = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e")


@pytest.mark.parametrize("text", INSIDE_OF_A_NETWORK + NEVER)
def test_no_address_inside_of_a_network_is_called(text: str) -> None:
    """However it is written or wrapped."""
    with pytest.raises(NotCalled, match=r"cannot call|can be called"):
        refuse_address(ipaddress.ip_address(text), inside=False)


@pytest.mark.parametrize("text", OPEN)
def test_addresses_out_in_the_open_are_called(text: str) -> None:
    """By any shop."""
    refuse_address(ipaddress.ip_address(text), inside=False)
    refuse_address(ipaddress.ip_address(text), inside=True)


def test_a_shop_that_only_its_own_machine_reaches_calls_inside_but_not_everything() -> None:
    """Link-local addresses are where clouds keep their keys."""
    for text in ("127.0.0.1", "::1", "10.1.2.3", "::ffff:127.0.0.1"):
        refuse_address(ipaddress.ip_address(text), inside=True)
    for text in NEVER:
        with pytest.raises(NotCalled):
            refuse_address(ipaddress.ip_address(text), inside=True)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://shop.example/opensky", "https://shop.example/opensky"),
        (" https://shop.example ", "https://shop.example/"),
        ("https://shop.example:8443/a?b=c&d=e", "https://shop.example:8443/a?b=c&d=e"),
        ("https://93.184.215.14/", "https://93.184.215.14/"),
    ],
)
def test_an_address_is_kept_as_it_is_called(written: str, kept: str) -> None:
    """With a path, and nothing that is never sent."""
    assert checked_url(written, inside=False) == kept


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://shop.example/", "must begin with https://"),
        ("ftp://shop.example/", "must begin with https://"),
        ("shop.example/opensky", "must begin with https://"),
        ("https:///opensky", "must name a host"),
        ("https://shop.example:99999/", "no address: Port out of range"),
        ("https://shop.example:0/", "port 0 is none"),
        ("https://shop.example:x/", "no address: Port could not be cast"),
        ("https://[::1", "no address"),
        ("https://me:pass@shop.example/", "do not belong into the address"),
        ("https://shop.example/#a", "never sent"),
        ("https://shop.example/a b", "without blanks"),
        ("https://shop.exämple/", "without blanks"),
        ("https://shop.example/\r\nX-Other: 1", "without blanks"),
        ("https://shop.example\\@10.0.0.1/", "without blanks"),
        ("https://shop.example/" + "a" * 500, "at most 500"),
        ("https://localhost/", "inside of a network"),
        ("https://shop.localhost/", "inside of a network"),
        ("https://intranet/", "inside of a network"),
        ("https://metadata.google.internal/", "inside of a network"),
        ("https://127.1/", "no name of a host"),
        ("https://0x7f000001/", "no name of a host"),
        ("https://2130706433/", "no name of a host"),
        ("https://127.0.0.1/", "cannot call it"),
        ("https://[::ffff:10.0.0.1]/", "cannot call it"),
        ("https://169.254.169.254/latest/", "can be called from outside"),
        ("", "must begin with https://"),
    ],
)
def test_what_is_not_called_is_refused_with_a_reason(url: str, why: str) -> None:
    """Fit to show to who gave it."""
    with pytest.raises(NotCalled, match=why):
        checked_url(url, inside=False)


def test_inside_plain_http_and_short_names_will_do() -> None:
    """For a shop on the developer's own machine."""
    assert checked_url("http://localhost:9000/hook", inside=True) == "http://localhost:9000/hook"
    assert checked_url("http://[::1]:9000", inside=True) == "http://[::1]:9000/"
    with pytest.raises(NotCalled):
        checked_url("http://169.254.169.254/", inside=True)
