"""The random numbers of TensorFlow Playground: seedrandom 2.4.3 with a string as seed.

seedrandom (David Bau) mixes the seed into a key, runs the ARC4 stream cipher with it, drops the
first 256 bytes, and turns the bytes that follow into numbers with 52 or 53 significant bits. The
same seed gives the same numbers in a browser and here, to the last bit.
"""

_WIDTH = 256
_MASK = _WIDTH - 1
_CHUNKS = 6
_SIGNIFICANCE = 2**52
_OVERFLOW = 2**53


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
        self._i = 0
        self._j = 0
        # The first bytes of ARC4 give away its key, so seedrandom throws 256 of them away.
        self._take(_WIDTH)

    def _take(self, count: int) -> int:
        """Return the next `count` bytes as one big-endian number."""
        state, i, j = self._state, self._i, self._j
        number = 0
        for _ in range(count):
            i = (i + 1) & _MASK
            at_i = state[i]
            j = (j + at_i) & _MASK
            at_j = state[j]
            state[i] = at_j
            state[j] = at_i
            number = number << 8 | state[(at_i + at_j) & _MASK]
        self._i = i
        self._j = j
        return number

    def random(self) -> float:
        """Return the next number, uniform in [0, 1)."""
        numerator = self._take(_CHUNKS)
        denominator = _WIDTH**_CHUNKS
        last = 0
        while numerator < _SIGNIFICANCE:
            numerator = (numerator + last) << 8
            denominator <<= 8
            last = self._take(1)
        while numerator >= _OVERFLOW:
            # The numerator ends in zero bits here: its last byte hasn't been added yet.
            numerator >>= 1
            denominator >>= 1
            last >>= 1
        return (numerator + last) / denominator

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
