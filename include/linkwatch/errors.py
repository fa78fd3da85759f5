"""Every error that linkwatch raises on purpose.

Expected failures of a page are values (`linkwatch.model.Outcome`), never exceptions. What is raised is for a person to mend:

    LinkwatchError              what, got, expected, and what to do, in one message
    ├── SettingsError           the settings file or an environment variable
    ├── SourceError             a whole source cannot be read (a single bad row is a reject, not an error)
    ├── StoreError              the home folder or object store cannot be read or written, or a file in it is damaged
    ├── NightError              a night that cannot be run, released or dropped in the state it is in
    ├── AuditEngineError        Great Expectations itself failed; says nothing about the data
    ├── WarehouseError          the database cannot be reached, is locked, or has another schema
    ├── AlertError              Slack refused a message for good (a wait or a retry would not help)
    └── DisavowError            a disavow file that cannot be read, or that Google would refuse
"""


class LinkwatchError(Exception):
    """Base of all; its text is fit to be shown to a user as it stands."""


class SettingsError(LinkwatchError):
    """A setting that is missing, unknown, or not of its kind."""


class SourceError(LinkwatchError):
    """A source that cannot be read at all; the night goes on with the others."""


class StoreError(LinkwatchError):
    """A folder or file of the snapshot store that cannot be read or written."""


class NightError(LinkwatchError):
    """A verb that does not fit the state that a night is in."""


class AuditEngineError(LinkwatchError):
    """The audit could not be carried out; the night is neither passed nor held."""


class WarehouseError(LinkwatchError):
    """The warehouse cannot be reached or does not have the expected tables."""


class AlertError(LinkwatchError):
    """A message that will never be delivered as it is."""


class DisavowError(LinkwatchError):
    """A disavow file that is not to be made of what there is; nothing was written."""


class ReviewError(LinkwatchError):
    """A decision on a finding, or a mute, that cannot be taken as it was given."""
