"""Who may, and how clients show who they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..http.scheme import Scheme
from ..operation.operation import Need


def write_security(need: Need, schemes: Sequence[Scheme]) -> list[dict[str, list[str]]]:
    """Return each way to be let in; none for everybody, or where no way was declared."""
    if need.public:
        return []
    return [{each.name: _scopes(need.permission, each)} for each in schemes]


def write_schemes(schemes: Sequence[Scheme]) -> dict[str, Any]:
    """Return the ways that were declared, by name."""
    return {each.name: dict(each.definition) for each in sorted(schemes, key=lambda s: s.name)}


def tell_need(need: Need, schemes: Sequence[Scheme]) -> str:
    """Return in a sentence who may."""
    if need.public:
        return ""
    told = f"Needs the permission `{need.permission}`." if need.permission else "Sign in first."
    if not schemes:
        told += " Nobody is let in: the application declares no way to show who one is."
    return told


def _scopes(permission: str, scheme: Scheme) -> list[str]:
    """Return the permission where a scheme knows it as a scope."""
    definition = scheme.definition
    if not permission:
        return []
    if definition.get("type") == "openIdConnect":
        return [permission]
    flows = definition.get("flows", {}).values() if definition.get("type") == "oauth2" else ()
    return [permission] if any(permission in flow.get("scopes", {}) for flow in flows) else []
