"""The random numbers of TensorFlow Playground: seedrandom 2.4.3 with a string as seed.

seedrandom (David Bau) mixes the seed into a key, runs the ARC4 stream cipher with it, drops the
first 256 bytes, and turns the bytes that follow into numbers with 52 or 53 significant bits. The
same seed gives the same numbers in a browser and here, to the last bit.
"""

from __future__ import annotations

import copy
import math

_WIDTH = 256
_MASK = _WIDTH - 1
_BYTES = 7
_SIGNIFICANCE = 2**52


def _mix_key(seed: str) -> list[int]:
    """Spread the UTF-16 code units of `seed` over at most 256 bytes."""
    units = seed.encode("utf-16-le", "surrogatepass")
    codes = [units[i] | units[i + 1] << 8 for i in range(0, len(units), 2)]
    key: list[int] = []
    smear = 0
    for position, code in enumerate(codes):
        slot = position & _MASK
        if slot < len(key):
            smear ^= key[slot] * 19
            key[slot] = (smear + code) & _MASK
        else:
            key.append((smear + code) & _MASK)
    return key


class SeedRandom:
    """A stream of uniform random numbers, determined by a string.

    Parameters
    ----------
    seed : str
        Any text, the empty one included. The Playground uses five decimals, such as "0.59704".

    Raises
    ------
    TypeError
        When `seed` is not a string: 0.5 and "0.5" would be easy to confuse.

    Examples
    --------
    >>> SeedRandom("0.59704").random()
    0.3720885891366738
    """

    def __init__(self, seed: str) -> None:
        if not isinstance(seed, str):
            raise TypeError(f"seed: expected a string such as '0.59704', got {seed!r}")
        key = _mix_key(seed) or [0]
        state = list(range(_WIDTH))
        j = 0
        for i in range(_WIDTH):
            swapped = state[i]
            j = (j + key[i % len(key)] + swapped) & _MASK
            state[i] = state[j]
            state[j] = swapped
        self._state = state
        self._j = 0
        # The first bytes of ARC4 give away its key, so seedrandom throws a block of them away.
        self._bytes = self._block()
        self._position = _WIDTH

    def _block(self) -> bytes:
        """Return the next 256 bytes of the cipher. One call a block is faster than one a byte."""
        state, j = self._state, self._j
        block = bytearray()
        # Blocks start at i = 0, so i comes to 1, 2 … 255, 0.
        for i in (*range(1, _WIDTH), 0):
            at_i = state[i]
            j = (j + at_i) & _MASK
            at_j = state[j]
            state[i] = at_j
            state[j] = at_i
            block.append(state[(at_i + at_j) & _MASK])
        self._j = j
        return bytes(block)

    def _take(self, count: int) -> int:
        """Return the next `count` bytes as one big-endian number."""
        position = self._position
        end = position + count
        if end > len(self._bytes):
            self._bytes = self._bytes[position:] + self._block()
            position, end = 0, count
        self._position = end
        return int.from_bytes(self._bytes[position:end], "big")

    def random(self) -> float:
        """Return the next number, uniform in [0, 1)."""
        number = self._take(_BYTES)
        bits = 8 * _BYTES
        while number < _SIGNIFICANCE:
            number = number << 8 | self._take(1)
            bits += 8
        # A float holds 53 bits; the rest is cut off and not rounded, so that 1 never comes out.
        surplus = max(0, number.bit_length() - 53)
        return math.ldexp(number >> surplus, surplus - bits)

    def copy(self) -> SeedRandom:
        """Return an independent stream that goes on from here with the same numbers."""
        twin = copy.copy(self)
        twin._state = self._state.copy()
        return twin

    def uniform(self, low: float, high: float) -> float:
        """Return the next number scaled to [low, high)."""
        return self.random() * (high - low) + low

    def shuffle(self, count: int) -> list[int]:
        """Return a Fisher-Yates permutation of range(count), swapping from the end."""
        order = list(range(count))
        for last in range(count - 1, -1, -1):
            index = int(self.random() * (last + 1))
            order[last], order[index] = order[index], order[last]
        return order
