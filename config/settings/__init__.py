"""Settings, read once from the environment: one frozen class per connected system.

The names are those of docs/specs/schedules.md sections 3.2 to 4. A job asks only for the systems it needs (`reading`);
everything missing or wrong among them is reported in one message. Secrets are `SecretStr`: they print as stars,
and every secret that is read is made known to the log's masking processor.
"""

from config.settings.base import Seconds, Settings
from config.settings.cfs import CfsSettings
from config.settings.google import GoogleIdentity
from config.settings.messages import EventSettings, MailSettings, NoticeSettings, PingSettings
from config.settings.object_store import ObjectStoreSettings
from config.settings.pay_database import DRIVER, DatabaseSettings
from config.settings.pod import LOG_LEVELS, PodSettings
from config.settings.reading import IncompleteSettings, read, read_settings
from config.settings.sftp import CasSftpSettings, CgiSettings, CgiSftpSettings, SftpSettings

__all__ = [
    "DRIVER",
    "LOG_LEVELS",
    "CasSftpSettings",
    "CfsSettings",
    "CgiSettings",
    "CgiSftpSettings",
    "DatabaseSettings",
    "EventSettings",
    "GoogleIdentity",
    "IncompleteSettings",
    "MailSettings",
    "NoticeSettings",
    "ObjectStoreSettings",
    "PingSettings",
    "PodSettings",
    "Seconds",
    "Settings",
    "SftpSettings",
    "read",
    "read_settings",
]
