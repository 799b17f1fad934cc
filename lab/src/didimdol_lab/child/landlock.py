"""Landlock by its three system calls: which files this thread and its children may still read.

Runs in the child, before the runtime is imported and any untrusted byte is parsed. Source: Linux
Documentation/userspace-api/landlock.rst. No dependency: ctypes only.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38

_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3

# How many file rights each ABI knows: 1: 13, 2: +refer, 3: +truncate, 5: +ioctl_dev.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_NET_BIND_AND_CONNECT = 0b11  # ABI >= 4
_SCOPE_SOCKET_AND_SIGNAL = 0b11  # ABI >= 6


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    result = int(libc.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def abi() -> int:
    """The kernel's Landlock version, 0 where there is none."""
    try:
        return _call(
            _CREATE_RULESET, ctypes.c_void_p(None), ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG)
        )
    except OSError:
        return 0


def no_new_privileges() -> None:
    """Give up gaining privileges by exec. Needed by Landlock and seccomp without root. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def restrict(readable: Sequence[str], writable: Sequence[str] = ()) -> int:
    """Deny every file but reads beneath `readable` and writes to `writable`; deny TCP (ABI 4) and foreign
    signals (ABI 6). No file can be made, not even beneath a writable one.

    Returns the ABI in force. Raises OSError where the kernel refuses.
    """
    version = abi()
    if version == 0:
        raise OSError("no Landlock")
    rights = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    attributes = struct.pack("=Q", rights)
    if version >= 4:
        attributes += struct.pack("=Q", _NET_BIND_AND_CONNECT)
    if version >= 6:
        attributes += struct.pack("=Q", _SCOPE_SOCKET_AND_SIGNAL)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = _call(
        _CREATE_RULESET, ctypes.byref(buffer), ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)
    )
    try:
        for path in dict.fromkeys([*readable, *writable]):
            try:
                handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue  # a path this system does not have needs no permission
            try:
                allowed = _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0)
                allowed |= _WRITE_FILE if path in writable else 0
                # struct landlock_path_beneath_attr is packed: u64 rights, s32 descriptor
                rule = ctypes.create_string_buffer(struct.pack("=Qi", allowed, handle), 12)
                _call(
                    _ADD_RULE,
                    ctypes.c_int(ruleset),
                    ctypes.c_int(_RULE_PATH_BENEATH),
                    ctypes.byref(rule),
                    ctypes.c_uint32(0),
                )
            finally:
                os.close(handle)
        no_new_privileges()
        _call(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
    return version
