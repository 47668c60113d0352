"""A few known people with bearer tokens and sessions, for applications of stack."""

from ._extension import Doorkeeper, DoorkeeperSettings
from .person import Person, hash_token

__all__ = ["Doorkeeper", "DoorkeeperSettings", "Person", "hash_token"]
