"""Render: pages whose links only a browser sees, read by a Chromium that is installed already. Optional: the extra `render`."""

from linkwatch.render.chromium import missing
from linkwatch.render.renderer import Renderer

__all__ = ["Renderer", "missing"]
