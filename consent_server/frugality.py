"""How the process's memory is handed out, where its C library lets that be set."""

from __future__ import annotations

import ctypes

#: Bytes of a piece that is given back to the system as soon as it is let go. glibc raises the
#: number with the largest piece that it ever saw: what was large once it would then keep.
LARGE = 128 * 1024

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # their numbers in malloc.h


def keep_nothing_large() -> bool:
    """
    Give back large pieces of memory, and let all threads take theirs from one place.

    Python lets one of them run at a time, so places of their own would be memory for nothing.

    Returns:
        False: this C library has its own way.
    """
    try:
        setting = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(setting(_M_MMAP_THRESHOLD, LARGE) and setting(_M_ARENA_MAX, 1))
