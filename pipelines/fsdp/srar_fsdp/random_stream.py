"""The project's random numbers, so that the same seed shuffles as `srar-update` does."""

from typing import TypeVar

T = TypeVar("T")
WORD = 2**64 - 1


def split_mix_64(value: int) -> int:
    """SplitMix64's output function (Steele, Lea and Flood, 2014)."""
    z = (value + 0x9E3779B97F4A7C15) & WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


class RandomStream:
    """xoshiro256** seeded by a seed and keys that name its purpose, as Sources/RandomStreams."""

    def __init__(self, seed: int, *keys: str | int):
        value = split_mix_64(seed ^ 0x6A09E667F3BCC908)
        for key in keys:
            value = split_mix_64(value ^ 0xBB67AE8584CAA73B)
            if isinstance(key, str):
                for byte in key.encode():
                    value = split_mix_64(value ^ byte)
                value = split_mix_64(value ^ (len(key.encode()) << 8))
            else:
                value = split_mix_64(value ^ (key & WORD))
        self._state = [split_mix_64((value + step * 0x9E3779B97F4A7C15) & WORD) for step in range(1, 5)]
        self._state[3] |= 1

    def next(self) -> int:
        """64 random bits."""
        s = self._state
        result = (_rotated(s[1] * 5 & WORD, 7) * 9) & WORD
        shifted = (s[1] << 17) & WORD
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = _rotated(s[3], 45)
        return result

    def below(self, count: int) -> int:
        """A uniform integer of 0 ..< count, without modulo bias (Lemire, 2019)."""
        product = self.next() * count
        if product & WORD < count:
            threshold = (2**64 - count) % count
            while product & WORD < threshold:
                product = self.next() * count
        return product >> 64

    def shuffled(self, elements: list[T]) -> list[T]:
        """The elements in a uniformly random order (Fisher–Yates)."""
        result = list(elements)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result


def _rotated(value: int, by: int) -> int:
    return (value << by | value >> (64 - by)) & WORD
