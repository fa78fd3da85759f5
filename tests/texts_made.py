"""Signatures of main texts, as page analysis makes them, with a known share in common."""

import numpy as np

from linkwatch.suspicion.signs.likeness import PERMUTATIONS


def signature(story: int, kept: float = 1.0, teller: int = 0) -> bytes:
    """Signature of a story; of one retold, `kept` is the share in common with the original. Two tellers differ by chance."""
    values = np.random.default_rng(story).integers(0, 2**32, PERMUTATIONS, np.uint32)
    random = np.random.default_rng([story, teller, 1])
    changed = random.permutation(PERMUTATIONS)[round(kept * PERMUTATIONS) :]
    values[changed] = random.integers(0, 2**32, len(changed), np.uint32)
    return values.astype("<u4").tobytes()
