"""The main job: from the sources to an application with real data, being served."""

from .options import Options, read, refuse

__all__ = ["Options", "read", "refuse"]
