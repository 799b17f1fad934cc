"""User and network namespaces without bubblewrap: the fallback. Runs in the child."""

from __future__ import annotations

import ctypes
import signal

_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000
_CLONE_NEWIPC = 0x0800_0000
_PR_SET_PDEATHSIG = 1


def leave_network() -> bool:
    """Move this process into an empty network of its own; False where the kernel or policy forbids it."""
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) == 0)


def die_with_parent() -> None:
    """Be killed when the parent dies, however it dies."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
