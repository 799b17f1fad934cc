"""The system calls a model has no business with. Everything listed answers EPERM.

Runs in the child. pyseccomp must be imported before Landlock closes the file system: it looks up
libseccomp through ldconfig.
"""

from __future__ import annotations

import errno
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


def load_module() -> Any:
    """Import pyseccomp. Raises ImportError or RuntimeError where it or libseccomp is missing."""
    import pyseccomp

    return pyseccomp


def restrict(seccomp: Any) -> None:
    """Install the filter in this thread. Raises OSError or ValueError where it does not take."""
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
    policy.load()
