"""Who calls, as one text: whoever is signed in, otherwise the address."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from stack_core.access import NOBODY, Identity, find_access

NETWORK = 64
"""Bits of an IPv6 address that are one client's: the rest it chooses itself."""


def name_caller(app: Flask) -> str:
    """Return a text that is the same for every request of one client.

    Whoever shows something that access refuses is nobody here, so that bad tokens count too.
    """
    identity = _identify(app)
    if identity.kind != "nobody":
        return f"{identity.kind}:{identity.key}"
    return f"address:{_shorten(request.remote_addr or '')}"


def _identify(app: Flask) -> Identity:
    try:
        return find_access(app).identity
    except HTTPException:
        return NOBODY


@lru_cache(maxsize=1024)
def _shorten(text: str) -> str:
    """Return the part of an address that its client cannot choose."""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return text
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> (128 - NETWORK) << (128 - NETWORK)))
