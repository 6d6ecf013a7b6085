"""What the appliance refuses, beside the engine's own refusals.

    engine.errors.Refused
    ├── ProcessNotFound           no process of this key (or version) is deployed
    ├── ProcessNotExecutable      the process is kept for viewing only
    ├── ProcessSuspended          the process is suspended: nothing new starts
    ├── StartFormNotSupported     the process starts with a form, a program cannot start it
    ├── PublicLinkInvalid         a link to a public start form that is old, closed or false
    ├── InstanceNotFound          no instance has this id
    ├── StoredFileNotFound        the instance has no such file, or its bytes are gone
    ├── Unauthorized              who asks is not known
    │   ├── WrongPassword         a sign-in that does not match
    │   ├── SetupLinkInvalid      a set-up link that is used, late or false
    │   ├── PasswordLinkInvalid   a link to choose a password that is used, late or false
    │   └── SecondFactorInvalid   the second step of a sign-in that took too long
    ├── Forbidden                 who asks is known and may not
    ├── TooManyAttempts           wait before the next sign-in (carries the seconds)
    ├── InvalidInput              a value that a person, a program or a file gave is not allowed
    │   └── TooLarge              ... because it is larger than the limit
    ├── Conflict                  it does not fit what is there now
    │   └── DraftChanged          ... because somebody else saved the draft meanwhile
    ├── UserNotFound, GroupNotFound, KeyNotFound, SessionNotFound, MoveNotFound, BatchNotFound,
    │   IncidentNotFound, FilterNotFound, DraftNotFound, FormNotFound,
    │   NoticeNotFound, TrialNotFound, SubstituteNotFound
    ├── BackupNotFound, BackupDamaged, BackupFailed
    ├── StorageFull               the disk is full; nothing was changed
    ├── Overloaded                too much is waiting; try again (carries the seconds)
    ├── ShuttingDown              the server is stopping
    └── CannotStart               the program ends with ``exit_code``
        ├── SettingInvalid        a setting that cannot be read or is not allowed
        │   └── FlagInvalid       ... given on the command line (exit code 2)
        ├── DataDirectoryUnusable a data directory that cannot be opened
        ├── DataDirectoryLocked   another process uses the data directory (exit code 3)
        ├── DatabaseNewer         the database was written by a newer version (exit code 4)
        └── PortTaken             another program listens there (exit code 5)

Not here: how a refusal becomes an HTTP answer (``web/errors.py``).
"""

from __future__ import annotations

from engine.errors import Refused


class ProcessNotFound(Refused):
    """No process of this key, or no such version of it, is deployed."""

    code = "PROCESS_NOT_FOUND"


class ProcessNotExecutable(Refused):
    """The process is kept for viewing only: its model says that it is not executable."""

    code = "PROCESS_NOT_EXECUTABLE"


class ProcessSuspended(Refused):
    """The process is suspended: running instances go on, nothing new starts."""

    code = "PROCESS_SUSPENDED"


class StartFormNotSupported(Refused):
    """The process starts with a form, so only a person can start it."""

    code = "START_FORM_NOT_SUPPORTED"


class PublicLinkInvalid(Refused):
    """A link to a public start form that was never given, is closed, expired or replaced."""

    code = "PUBLIC_LINK_INVALID"

    def __init__(self) -> None:
        super().__init__("This link is not valid, or not any more. Ask for a new one.")


class InstanceNotFound(Refused):
    """No process instance has this id."""

    code = "INSTANCE_NOT_FOUND"


class StoredFileNotFound(Refused):
    """The instance has no file of this name, or the file's bytes are gone."""

    code = "FILE_NOT_FOUND"


class Unauthorized(Refused):
    """Who asks is not known: no key or session, or one that is no longer valid."""

    code = "UNAUTHORIZED"


class WrongPassword(Unauthorized):
    """The name and the password do not belong together, whichever of them is wrong."""


class SetupLinkInvalid(Unauthorized):
    """The set-up link was used before, is too old or never existed."""

    code = "SETUP_LINK_INVALID"


class PasswordLinkInvalid(Unauthorized):
    """The link to choose a password was used before, is too old or never existed."""

    code = "PASSWORD_LINK_INVALID"


class SecondFactorInvalid(Unauthorized):
    """The code of the second factor came too late after the password."""

    code = "SECOND_FACTOR_INVALID"


class Forbidden(Refused):
    """Who asks is known and may not do this."""

    code = "FORBIDDEN"


class TooManyAttempts(Refused):
    """Too many sign-ins failed; ``retry_after`` is the number of seconds to wait."""

    code = "RATE_LIMITED"

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        minutes = -(-retry_after // 60)
        super().__init__(
            f"Too many attempts. Try again in {retry_after} seconds."
            if retry_after < 120
            else f"Too many attempts. Try again in {minutes} minutes."
        )


class InvalidInput(Refused):
    """A value is not allowed; the message says which one and why."""

    code = "INVALID_INPUT"


class TooLarge(InvalidInput):
    """A body, file or model is larger than its limit."""

    code = "TOO_LARGE"


class Conflict(Refused):
    """It does not fit what is there now: a name is taken, somebody else was first."""

    code = "CONFLICT"


class DraftChanged(Conflict):
    """Somebody else has saved the draft since its author has seen it."""

    code = "DRAFT_CHANGED"


class UserNotFound(Refused):
    """No user has this name."""

    code = "USER_NOT_FOUND"


class GroupNotFound(Refused):
    """No group has this name."""

    code = "GROUP_NOT_FOUND"


class KeyNotFound(Refused):
    """No API key has this id or name."""

    code = "KEY_NOT_FOUND"


class SessionNotFound(Refused):
    """The user has no such session."""

    code = "SESSION_NOT_FOUND"


class MoveNotFound(Refused):
    """No migration of running instances has this number."""

    code = "MOVE_NOT_FOUND"


class BatchNotFound(Refused):
    """No batch has this number."""

    code = "BATCH_NOT_FOUND"


class IncidentNotFound(Refused):
    """No incident has this number."""

    code = "INCIDENT_NOT_FOUND"


class FilterNotFound(Refused):
    """The user has no such saved filter."""

    code = "FILTER_NOT_FOUND"


class BackupNotFound(Refused):
    """There is no backup of this name."""

    code = "BACKUP_NOT_FOUND"


class BackupDamaged(Refused):
    """The file is no backup, or not all of it is as it was written."""

    code = "BACKUP_DAMAGED"


class BackupFailed(Refused):
    """A backup could not be written; the message says why."""

    code = "BACKUP_FAILED"


class DraftNotFound(Refused):
    """No draft has this number."""

    code = "DRAFT_NOT_FOUND"


class TrialNotFound(Refused):
    """The trial of a draft is over, or somebody else's."""

    code = "TRIAL_NOT_FOUND"


class FormNotFound(Refused):
    """No form has this key, or not in this version."""

    code = "FORM_NOT_FOUND"


class NoticeNotFound(Refused):
    """The user has no such notice."""

    code = "NOTICE_NOT_FOUND"


class SubstituteNotFound(Refused):
    """The person has no such substitution."""

    code = "SUBSTITUTE_NOT_FOUND"


class StorageFull(Refused):
    """The disk is full. Nothing was changed; the server goes on when there is space again."""

    code = "STORAGE_FULL"


class Overloaded(Refused):
    """Too many commands wait already; ``retry_after`` is the number of seconds to wait."""

    code = "OVERLOADED"

    def __init__(self, message: str, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class ShuttingDown(Refused):
    """The server is stopping and takes no more commands."""

    code = "SHUTTING_DOWN"


class CannotStart(Refused):
    """The program cannot go on; it ends with ``exit_code``."""

    code = "CANNOT_START"
    exit_code = 1


class SettingInvalid(CannotStart):
    """A setting that cannot be read; the message names the setting and where it came from."""

    code = "SETTING_INVALID"


class FlagInvalid(SettingInvalid):
    """A setting given on the command line that cannot be read: a wrong usage."""

    exit_code = 2


class DataDirectoryUnusable(CannotStart):
    """A data directory that cannot be created, read or written, or is something else."""

    code = "DATA_DIRECTORY_UNUSABLE"


class DataDirectoryLocked(CannotStart):
    """Another process uses the data directory; the message names its process id."""

    code = "DATA_DIRECTORY_LOCKED"
    exit_code = 3


class DatabaseNewer(CannotStart):
    """The database was written by a newer version of the program."""

    code = "DATABASE_NEWER"
    exit_code = 4


class PortTaken(CannotStart):
    """Another program listens on this address and port."""

    code = "PORT_TAKEN"
    exit_code = 5
