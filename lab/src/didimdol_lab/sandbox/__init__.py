"""Run one task on untrusted bytes in a child process behind several walls.

Outside: bubblewrap where it works, otherwise namespaces of our own. Inside: resource limits, Landlock,
seccomp. The child proves the walls by trying to break them before it opens the model; what held is
returned with every outcome.
"""

from .running import Outcome, required_walls, run

__all__ = ["Outcome", "required_walls", "run"]
