"""Where every verb begins: the settings, and the folder of nights in their home."""

from linkwatch.settings import Settings, load_settings
from linkwatch.snapshots import NightStore


def open_night_store() -> tuple[Settings, NightStore]:
    """Settings from the environment and the store in their home."""
    settings = load_settings()
    return settings, NightStore(settings.home)
