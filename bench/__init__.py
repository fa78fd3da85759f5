"""Every hot path of linkwatch beside the obvious way, the best rival and the limit, in one run: `python -m bench`."""
