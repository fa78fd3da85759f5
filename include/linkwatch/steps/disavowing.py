"""The disavow file of one own site: made of decisions and of the file that is uploaded already, compared, written, remembered.

Nothing here runs by itself: no task calls it, and no file is uploaded anywhere.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from linkwatch import disavow
from linkwatch.disavow import Disavowed, DisavowFile
from linkwatch.errors import DisavowError, SettingsError, StoreError
from linkwatch.model import Role
from linkwatch.settings import load_settings
from linkwatch.snapshots.files import whole_file
from linkwatch.steps.home import own_sites
from linkwatch.steps.telling import warehouse_of
from linkwatch.warehouse import disavowed_links, last_export, record_export

_MOST_BYTES = 4 * disavow.MAX_BYTES  # of a file to merge: in UTF-16, with duplicates that will go


@dataclass(frozen=True, slots=True)
class Disavowal:
    """A file as it would be written now, beside the last one that was."""

    site: str
    file: DisavowFile
    before: tuple[str, ...]  # entries of the last export
    before_at: datetime | None  # None: there is none

    @property
    def added(self) -> list[str]:
        """Entries that the last export lacks."""
        return sorted(set(self.file.entries) - set(self.before))

    @property
    def removed(self) -> list[str]:
        """Entries of the last export that are not in this one."""
        return sorted(set(self.before) - set(self.file.entries))


def make_disavowal(site: str, merge: str, at: datetime) -> Disavowal:
    """The file of an own site ("": the only one) as of `at`; `merge` is the path of the uploaded one, "" for none.

    Raises SettingsError where it is not clear which site is meant, DisavowError, StoreError and WarehouseError.
    """
    settings = load_settings()
    names = own_sites(settings, site, "disavow")
    if len(names) != 1:
        known = ", ".join(names) or "your own (none is set)"
        raise SettingsError(f"disavow: a file speaks of one site; expected --site with one of {known}")
    own, engine = [entry for entry in settings.sites if entry.role is Role.OWN], warehouse_of(settings)
    uploaded = disavow.read_uploaded(_read(merge), merge) if merge else ()
    links, once = ([Disavowed(**row) for row in disavowed_links(engine, names[0], withdrawn=back)] for back in (False, True))
    wanted = disavow.wanted_lines(links, own)
    asked = {line for link in (*links, *once) for line in (link.source_url, f"domain:{link.source_domain}")}
    file = disavow.put_together(names[0], at.date(), wanted, asked - wanted.keys(), uploaded, merge)
    before = last_export(engine, names[0])
    if before is None:
        return Disavowal(names[0], file, (), None)
    return Disavowal(names[0], file, tuple(before["entries"]), before["exported_at"])


def keep_disavowal(made: Disavowal, *, at: datetime, by: str, out: str = "") -> None:
    """Write the file to `out`, whole or not at all ("": it was written elsewhere), and note that it was made.

    Raises DisavowError where nothing is to be disavowed, or the file cannot be written; WarehouseError.
    """
    if not made.file.entries:
        raise DisavowError(
            f"disavow: nobody decided to disavow a link to {made.site}, and no file was merged: there is nothing to write. "
            "To take back what is uploaded, cancel the disavowals in Google's own tool"
        )
    if out:
        try:
            with whole_file(out) as file:
                file.write(made.file.text.encode())
        except StoreError as error:
            raise DisavowError(
                f"disavow: cannot write {out}: {error.__cause__ or error}; name another file with --out"
            ) from error
    record_export(warehouse_of(load_settings()), made.site, at, by, made.file.entries)


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise DisavowError(
            f"disavow: cannot read {path}: {error.strerror}; expected the file that is uploaded, as Google's tool lets you "
            "download it"
        ) from error
    if len(data) > _MOST_BYTES:
        raise DisavowError(
            f"disavow: {path} is no disavow file: got more than {_MOST_BYTES:,} bytes, expected at most {disavow.MAX_BYTES:,}"
        )
    return data
