"""Makes the tools of this repository inside the checkout and runs a session with them."""

from .lock import alone
from .place import Place
from .session import ROOT, guarded, start
from .trouble import Trouble, explain

__all__ = ["ROOT", "Place", "Trouble", "alone", "explain", "guarded", "start"]
