"""Passwords: argon2id, in threads of their own so that nobody else waits for them (S1, S2)."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from campaigns.foundation.errors import FieldError, InvalidFields

SHORTEST, LONGEST = 12, 128
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# As many at once as there are cores: each takes 19 MiB and a whole core, and a flood must queue, not pile up.
_THREADS = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="argon2")
# Hashed with our parameters and matched by nobody, so that an unknown address costs the same time (S3).
_NOBODY = _HASHER.hash(os.urandom(16).hex())
# The long ones among the passwords people choose most; short ones fail by their length.
_GUESSED_FIRST = """
    123456789012 1234567890123 12345678901234 123456123456 123123123123 1q2w3e4r5t6y qwertyuiop123
    qwerty123456 qwertyqwerty passwordpassword password1234 password12345 password123456 iloveyou1234
    letmeinletmein welcome12345 administrator adminadminadmin changemechangeme abcdefghijkl
""".split()


@dataclass(frozen=True)
class Verdict:
    """`stale`: the password is right, but its hash was made with weaker parameters than today's."""

    right: bool
    stale: bool = False


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def check_password(password_hash: str | None, password: str) -> Verdict:
    """Takes as long without a hash as with one."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _check, password_hash, password)


def _check(password_hash: str | None, password: str) -> Verdict:
    known = password_hash is not None
    kept = password_hash or _NOBODY
    try:
        _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return Verdict(False)
    return Verdict(known, known and _HASHER.check_needs_rehash(kept))


def check_new_password(password: str, *, field: str = "password") -> None:
    """Length and guessability, and no other rule. Raises InvalidFields."""
    if len(password) < SHORTEST:
        wrong = FieldError(field, "too_short", f"Use at least {SHORTEST} characters.")
    elif len(password) > LONGEST:
        wrong = FieldError(field, "too_long", f"Use at most {LONGEST} characters.")
    elif password.lower() in _GUESSED_FIRST or len(set(password)) < 4:
        wrong = FieldError(
            field, "guessed_first", "This password is among the first that are tried. Use another."
        )
    else:
        return
    raise InvalidFields([wrong])
