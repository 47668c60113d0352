"""Who may, and how clients show who they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..http.scheme import Scheme
from ..operation.operation import Contract


def write_security(contract: Contract, schemes: Sequence[Scheme]) -> list[dict[str, list[str]]]:
    """Return each way to be let in; none for everybody, or where no way was declared.

    An empty one says that nobody need show who they are; the others, that it may be of use.
    """
    need, more = contract.need, contract.more
    if not need.public:
        return [{each.name: _scopes([need.permission], each)} for each in schemes]
    if not more:
        return []
    return [{}, *({each.name: _scopes(more, each)} for each in schemes)]


def write_schemes(schemes: Sequence[Scheme]) -> dict[str, Any]:
    """Return the ways that were declared, by name."""
    return {each.name: dict(each.definition) for each in sorted(schemes, key=lambda s: s.name)}


def tell_need(contract: Contract, schemes: Sequence[Scheme]) -> str:
    """Return in a sentence who may."""
    need = contract.need
    if need.public:
        names = ", ".join(f"`{name}`" for name in contract.more)
        return f"Everybody may; parts of it need {names}." if names else ""
    told = f"Needs the permission `{need.permission}`." if need.permission else "Sign in first."
    if not schemes:
        told += " Nobody is let in: the application declares no way to show who one is."
    return told


def _scopes(permissions: Sequence[str], scheme: Scheme) -> list[str]:
    """Return the permissions that a scheme knows as scopes."""
    definition = scheme.definition
    named = [each for each in permissions if each]
    if definition.get("type") == "openIdConnect":
        return named
    flows = definition.get("flows", {}).values() if definition.get("type") == "oauth2" else ()
    known = {name for flow in flows for name in flow.get("scopes", {})}
    return [each for each in named if each in known]
