"""A few known people with bearer tokens and sessions, for applications of stack."""

from ._extension import Doorkeeper
from .person import Person, hash_token
from .settings import DoorkeeperSettings

__all__ = ["Doorkeeper", "DoorkeeperSettings", "Person", "hash_token"]
