"""Install a filter of system calls in this thread, by one system call. Source: Linux seccomp(2), prctl(2).

Runs in the child. The filter comes compiled from the parent (`sandbox/filters.py`).
"""

from __future__ import annotations

import ctypes
import os

_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
_INSTRUCTION = 8


class _Program(ctypes.Structure):
    """struct sock_fprog: count of instructions, pointer to them."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def restrict(program: bytes) -> None:
    """Needs `no_new_privileges` before. Raises OSError where the filter does not take."""
    libc = ctypes.CDLL(None, use_errno=True)
    handed = _Program(len(program) // _INSTRUCTION, program)
    if not program or libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(handed), 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
