"""What a tablet takes from the world around it: time, patience and chance."""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _local_now() -> datetime:
    return datetime.now(UTC).astimezone()


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The clock (aware), the monotonic clock (s), sleep (s), a number in [0, 1), random bytes."""

    now: Callable[[], datetime] = _local_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    entropy: Callable[[int], bytes] = os.urandom


def uuid7(surroundings: Surroundings) -> str:
    """Return a new UUID version 7 (RFC 9562): milliseconds, then 74 random bits."""
    milliseconds = int(surroundings.now().timestamp() * 1000) & (1 << 48) - 1
    noise = int.from_bytes(surroundings.entropy(10), "big")
    high = milliseconds << 16 | 7 << 12 | noise & 0xFFF
    low = 0b10 << 62 | noise >> 12 & (1 << 62) - 1
    return str(uuid.UUID(int=high << 64 | low))
