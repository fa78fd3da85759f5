"""Archive: pages kept as they were answered, in WARC files. What is worth keeping, and where files lie, others say."""

from linkwatch.archive.keep import Keeper, kept_hash, missing
from linkwatch.archive.read import KeptPage, read_kept

__all__ = ["Keeper", "KeptPage", "kept_hash", "missing", "read_kept"]
