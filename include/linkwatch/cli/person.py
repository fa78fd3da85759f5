"""Whose name a command notes."""

import getpass

from linkwatch.errors import LinkwatchError


def who(name: str, command: str) -> str:
    """The name that was given (`--by`), else the login name. Raises LinkwatchError where nobody is logged in under one."""
    try:
        return name.strip() or getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without a name
        raise LinkwatchError(f"{command}: nobody is logged in under a name here; expected who it is: --by NAME") from None
