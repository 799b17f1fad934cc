"""The intake check: is this file a model that may be run here?"""

from .checking import IntakeLimits, check
from .custody import Custody, hold, take_dataset

__all__ = ["Custody", "IntakeLimits", "check", "hold", "take_dataset"]
