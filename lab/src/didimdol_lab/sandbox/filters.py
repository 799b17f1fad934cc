"""The system calls a model has no business with, as a filter program. Everything listed answers EPERM.

Compiled here, once a process, and handed to the child as bytes: looking for libseccomp takes a child longer than all
its other walls together.
"""

from __future__ import annotations

import errno
import tempfile
from functools import lru_cache
from typing import Any

_CLONE_THREAD = 0x0001_0000

# Grouped by what they would allow.
_NETWORK = (
    "socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg"
)
_PROCESSES = (
    "fork vfork execve execveat ptrace process_vm_readv process_vm_writev process_madvise kcmp "
    "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal pidfd_getfd"
)
_NAMESPACES = (
    "unshare setns mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick "
    "mount_setattr name_to_handle_at open_by_handle_at"
)
_KERNEL = (
    "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register init_module "
    "finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct quotactl syslog "
    "ioperm iopl personality keyctl add_key request_key fanotify_init inotify_init inotify_init1 "
    "settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname"
)
_IDENTITY = "setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset setrlimit"
_SHARED = "shmget shmat shmctl semget semop semctl msgget msgsnd msgrcv msgctl mq_open memfd_create"

DENIED: tuple[str, ...] = tuple(
    " ".join((_NETWORK, _PROCESSES, _NAMESPACES, _KERNEL, _IDENTITY, _SHARED)).split()
)
# Without these the filter is no filter; the others may be missing on an architecture (arm64 has no fork).
ESSENTIAL = frozenset({"socket", "connect", "execve", "ptrace", "kill", "unshare", "mount"})


@lru_cache(maxsize=1)
def program() -> tuple[bytes, str]:
    """The filter as BPF instructions for this machine (8 bytes each), or nothing and the reason."""
    try:
        import pyseccomp

        policy = _policy(pyseccomp)
        with tempfile.TemporaryFile() as written:
            policy.export_bpf(written)
            written.seek(0)
            return written.read(), ""
    except (ImportError, RuntimeError, OSError, ValueError) as problem:
        return b"", f"seccomp: {problem}"


def _policy(seccomp: Any) -> Any:
    """Raises OSError or ValueError where an essential call is not known here."""
    policy = seccomp.SyscallFilter(seccomp.ALLOW)
    deny = seccomp.ERRNO(errno.EPERM)
    for name in DENIED:
        try:
            policy.add_rule(deny, name)
        except (OSError, ValueError):
            if name in ESSENTIAL:
                raise
    # Threads stay allowed, processes do not. clone3 hides its flags in memory, so it does not exist here
    # and glibc falls back to clone.
    policy.add_rule(deny, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))
    policy.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    policy.add_rule(deny, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    return policy
