"""Where every verb begins: the settings, and the folder of nights in their home."""

from linkwatch.errors import SettingsError
from linkwatch.model import Role
from linkwatch.settings import Settings, load_settings
from linkwatch.snapshots import NightStore


def open_night_store() -> tuple[Settings, NightStore]:
    """Settings from the environment and the store in their home."""
    settings = load_settings()
    return settings, NightStore(settings.home)


def own_sites(settings: Settings, site: str, command: str) -> list[str]:
    """The own sites that a command speaks of: the one it was given, or all for "". Raises SettingsError for what is none."""
    own = [entry.site for entry in settings.sites if entry.role is Role.OWN]
    if site and site not in own:
        raise SettingsError(f"{command}: --site is {site!r}; expected one of your own sites: {', '.join(own) or 'none is set'}")
    return [site] if site else own
