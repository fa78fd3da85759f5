"""Which pages carry the same or a similar main text: MinHash signatures, compared without comparing each with each.

Signatures that agree in three neighbouring values are looked at side by side (42 such bands: of pairs with half in common
99.6 % are found, of those with .3 two thirds). Equal signatures are one text and compared once, and of a crowd that shares a
band each is compared with its next few alone: a million copies cost as much as a million strangers.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

LEAST_SHARE = 0.3
"""Share in common below which two texts are strangers: of 14,706 unrelated pairs the most alike had .164 (measured)."""

PERMUTATIONS = 128
"""Values of a signature. Standard error of a share by them: .044 at .5, .035 at .8."""

_BAND = 3  # values that must agree for two signatures to be compared
_CROWD = 8  # of those that agree in a band, how many each is compared with
_PENDING = 4_000_000  # pairs kept before doubles are dropped: 32 MB
_CHUNK = 65_536  # pairs compared at a time: 64 MB
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)  # odd, bits well spread


@dataclass(frozen=True, slots=True)
class Likeness:
    """Texts by number, and the pairs of them that are alike."""

    text: NDArray[np.int64]  # of each row of ANALYSES; -1 for a page with too little text
    words: NDArray[np.float64]  # of each text
    left: NDArray[np.int64]  # texts of a pair
    right: NDArray[np.int64]
    share: NDArray[np.float64]  # of all that the two say, what both say (Jaccard), estimated

    def groups(self, share: float) -> NDArray[np.int64]:
        """Group of each row: texts that a chain of pairs with at least `share` in common connects; -1 without text."""
        return self._grouped(self.share >= share)

    def same(self, share: float) -> NDArray[np.int64]:
        """The same with pairs of one text and its shortened version let in: nearly all of the shorter is in the longer.

        Of two texts equally long, the measure is met at `share`: then 2 × share / (1 + share) of the one is in the other.
        """
        both, longer = self.words[self.left], self.words[self.right]
        held = self.share / (1 + self.share) * (both + longer) / np.maximum(np.minimum(both, longer), 1.0)
        return self._grouped(held >= 2 * share / (1 + share))

    def _grouped(self, wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
        labels = connected(len(self.words), self.left[wanted], self.right[wanted])
        grouped: NDArray[np.int64] = np.append(labels, -1)[self.text]
        return grouped


def similar_pages(analyses: pa.Table, at_least: float = LEAST_SHARE) -> Likeness:
    """Pairs of different texts in a table of ANALYSES that have at least this share in common. About 2 s per 100,000 pages."""
    signatures = analyses["signature"].combine_chunks()
    whole = pc.equal(pc.binary_length(signatures), 4 * PERMUTATIONS)
    encoded = signatures.filter(whole).dictionary_encode()
    text = np.full(len(analyses), -1, np.int64)
    text[whole.to_numpy(zero_copy_only=False)] = encoded.indices.to_numpy()
    joined = np.frombuffer(b"".join(encoded.dictionary.to_pylist()), "<u4").reshape(-1, PERMUTATIONS)
    words = np.zeros(len(joined))
    words[text[text >= 0]] = analyses["main_words"].to_numpy()[text >= 0]
    return Likeness(text, words, *alike(joined, at_least))


def alike(signatures: NDArray[np.uint32], at_least: float) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of rows, lower first, of which at least this share of values is equal, and that share."""
    count = len(signatures)
    found, pending = np.empty(0, np.int64), []
    for first in range(0, signatures.shape[1] - _BAND + 1, _BAND):
        keys = (signatures[:, first : first + _BAND] * _MIX).sum(axis=1, dtype=np.uint64)
        left, right = neighbours(keys, _CROWD)
        pending.append(np.minimum(left, right) * count + np.maximum(left, right))
        if sum(map(len, pending)) > _PENDING:
            found, pending = distinct(np.concatenate([found, *pending])), []
    left, right = np.divmod(distinct(np.concatenate([found, *pending])), max(count, 1))
    shares = [
        (signatures[left[start : start + _CHUNK]] == signatures[right[start : start + _CHUNK]]).mean(axis=1)
        for start in range(0, len(left), _CHUNK)
    ]
    share = np.concatenate([np.empty(0), *shares])
    close = share >= at_least
    return left[close], right[close], share[close]


def neighbours(keys: NDArray[np.generic], reach: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of places with equal keys; of a key with more than `reach` places, each with its next `reach` - 1 alone."""
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    pairs: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for step in range(1, reach):
        starts = np.flatnonzero(ranked[step:] == ranked[:-step])
        if not len(starts):
            break
        pairs.append((order[starts], order[starts + step]))
    return np.concatenate([left for left, _ in pairs]), np.concatenate([right for _, right in pairs])


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Values in ascending order, each once; on millions ten times as fast as np.unique, which hashes."""
    ranked: NDArray[np.int64] = np.sort(values)
    new = np.ones(len(ranked), np.bool_)
    new[1:] = ranked[1:] != ranked[:-1]
    return ranked[new]


def connected(count: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the connected part that each of `count` places belongs to."""
    from scipy.sparse import coo_array  # 0.2 s: imported on the nights that have something to tie
    from scipy.sparse.csgraph import connected_components

    if not len(left):
        return np.arange(count, dtype=np.int64)
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    labels: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels
