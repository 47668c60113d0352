"""A pytest plugin for Flask applications and the extensions of stack."""

__all__: list[str] = []
