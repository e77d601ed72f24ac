"""What a process that reads files of strangers gives up, before it has seen the first.

Three fences, each for what gets over the one before: an audit hook (clear errors, Python only),
the kernel's resource limits, and on Linux a system call filter (seccomp). On macOS there is no
filter and RLIMIT_AS is not kept; what is not there is left out.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import struct
import sys
from typing import Any

_OPEN_FILES = 64
_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork",
    "os.startfile", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink",
    "os.truncate", "os.chmod", "os.chown", "os.utime", "os.kill", "pty.", "shutil.", "tempfile.",
    "ftplib.", "http.", "imaplib.", "poplib.", "smtplib.", "urllib.",
)  # fmt: skip


def confine(memory: int) -> list[str]:
    """``memory``: bytes of address space. Returns the fences that could not be put up."""
    limits = {
        "RLIMIT_AS": memory,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_NPROC": 0,  # not kept for root
    }
    missing = [name for name, value in limits.items() if not _limit(name, value)]
    if not _filter_calls():
        missing.append("seccomp")
    sys.addaudithook(_audit)
    return missing


def allow_cpu(seconds: int) -> None:
    """From now on; more ends the process, whatever it is doing."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(ValueError, OSError):
        wanted = int(used.ru_utime + used.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (wanted, hard))


def _limit(name: str, value: int) -> bool:
    try:
        resource.setrlimit(getattr(resource, name), (value, value))
    except (AttributeError, ValueError, OSError):
        return False
    return True


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        _, mode, flags = arguments
        is_read = not flags & _WRITE and not set(mode or "") & set("wax+")
        if not is_read:
            raise PermissionError("a reader may not write files")
    elif event.startswith(_REFUSED):
        raise PermissionError(f"a reader may not do this: {event}")


# -- seccomp ----------------------------------------------------------------------------
# A program of the kernel's packet filter looks at each system call's number and arguments:
# (code, jump if true, jump if false, constant); see seccomp(2) and linux/bpf_common.h.

_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the second: the call fails with EPERM
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # where these stand in what the filter is shown
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_X32 = 0x40000000  # numbers from here on are the same calls in another dress
_CALLS = {  # by name: the numbers on x86_64 and aarch64
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "clone": (56, 220), "clone3": (435, 435), "fork": (57, None), "vfork": (58, None),
    "execve": (59, 221), "execveat": (322, 281), "ptrace": (101, 117), "kill": (62, 129),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "process_vm_writev": (311, 271),
    "creat": (85, None), "openat2": (437, 437), "open_by_handle_at": (304, 265),
    "truncate": (76, 45), "unlink": (87, None), "unlinkat": (263, 35), "rmdir": (84, None),
    "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "mkdir": (83, None),
    "mkdirat": (258, 34), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
    "symlinkat": (266, 36), "mknod": (133, None), "mknodat": (259, 33), "chmod": (90, None),
    "fchmod": (91, 52), "fchmodat": (268, 53), "chown": (92, None), "lchown": (94, None),
    "fchown": (93, 55), "fchownat": (260, 54), "utimensat": (280, 88), "setxattr": (188, 5),
    "lsetxattr": (189, 6), "fsetxattr": (190, 7), "mount": (165, 40), "umount2": (166, 39),
    "unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280), "io_uring_setup": (425, 425),
    "keyctl": (250, 219), "userfaultfd": (323, 282), "perf_event_open": (298, 241),
}  # fmt: skip
_OPEN = {"open": (2, None, 1), "openat": (257, 56, 2)}  # and which argument has the flags
_TGKILL = (234, 131)  # what abort() uses, on the process itself


def _filter_calls() -> bool:
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None or sys.maxsize < 1 << 32:
        return False
    steps = [step for block in _program(*machine) for step in block]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HP", len(steps), ctypes.addressof(buffer))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    no_new_privileges, set_filter, mode_filter = 38, 22, 2
    if prctl(no_new_privileges, *map(ctypes.c_ulong, (1, 0, 0, 0))) != 0:
        return False
    return bool(prctl(set_filter, ctypes.c_ulong(mode_filter), program) == 0)


def _program(arch: int, column: int) -> list[list[tuple[int, int, int, int]]]:
    """Blocks that end in a verdict or go on with the next, the call's number loaded."""
    refuse, allow = (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)
    blocks = [
        [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, arch), refuse],
        [(_LOAD, 0, 0, _NUMBER), (_ABOVE, 0, 1, _X32), refuse],
    ]
    for numbers in _CALLS.values():
        if (number := numbers[column]) is not None:
            blocks.append([(_EQUAL, 0, 1, number), refuse])
    for *opens, argument in _OPEN.values():
        if (number := opens[column]) is not None:
            flags = (_LOAD, 0, 0, _ARGUMENTS + 8 * argument)
            blocks.append([(_EQUAL, 0, 4, number), flags, (_ANY_BIT, 0, 1, _WRITE), refuse, allow])
    target = (_LOAD, 0, 0, _ARGUMENTS)
    own = (_EQUAL, 1, 0, os.getpid())
    blocks.append([(_EQUAL, 0, 4, _TGKILL[column]), target, own, refuse, allow])
    return [*blocks, [allow]]
