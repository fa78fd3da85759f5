"""Render: pages whose links only a browser sees. Nothing here yet: the extra `render` brings it."""
