"""The SFTP servers of CAS and CGI, and the names of CGI's files."""

import base64
import binascii
from pathlib import Path

from config.settings.base import SecretStr, Settings, number, path, seconds, secret, text, whole_number


def _host_key(value: str) -> str:
    """Accept `ssh-rsa AAAA...`, or the base64 part alone, of any key type."""
    blob = value.rsplit(maxsplit=1)[-1] if value.strip() else ""
    try:
        if len(base64.b64decode(blob, validate=True)) < 20:
            raise ValueError("it is too short")
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"this is not the base64 part of an SSH public key ({error})") from None
    return blob


def _private_key(value: SecretStr) -> SecretStr:
    """Accept a private key as a secret holds it: its line ends real or written as \\n, in quotes or not."""
    text = value.get_secret_value().strip().strip("\"'").replace("\\r", "").replace("\\n", "\n").strip()
    if not (text.startswith("-----BEGIN ") and text.endswith("-----") and "\n" in text):
        raise ValueError(
            "it must be a whole private key, from -----BEGIN to its end, with line ends (real, or written as \\n)"
        )
    return SecretStr(f"{text}\n")


class SftpSettings(Settings):
    """One SFTP partner. The subclasses say under which names its settings stand."""

    host: str
    port: int
    username: str
    password: SecretStr | None
    private_key: Path | None
    private_key_text: SecretStr | None
    passphrase: SecretStr | None
    host_key: str
    directory: str
    backup_directory: str
    connect_timeout: float = seconds("SFTP_CONNECT_TIMEOUT", default=10)
    transfer_deadline: float = seconds("SFTP_TRANSFER_DEADLINE", default=900)
    settle_seconds: float = number("SFTP_SETTLE_SECONDS", default=5, at_least=0)

    def check(self) -> None:
        """Raise ValueError where there is no credential."""
        if self.password is None and self.private_key is None and self.private_key_text is None:
            raise ValueError("neither a private key nor a password is set")


class CasSftpSettings(SftpSettings):
    """The SFTP server of CAS: settlement files."""

    host: str = text("CAS_SFTP_HOST")
    port: int = whole_number("CAS_SFTP_PORT", default=22, at_least=1, at_most=65535)
    username: str = text("CAS_SFTP_USER_NAME")
    password: SecretStr | None = secret("CAS_SFTP_PASSWORD", default=None)
    private_key: Path | None = path("BCREG_FTP_PRIVATE_KEY_LOCATION", default=None)
    private_key_text: SecretStr | None = secret("BCREG_FTP_PRIVATE_KEY", default=None, check=_private_key)
    passphrase: SecretStr | None = secret("BCREG_FTP_PRIVATE_KEY_PASSPHRASE", default=None)
    host_key: str = text("CAS_SFTP_HOST_KEY", check=_host_key)
    directory: str = text("CAS_SFTP_DIRECTORY", default="/upload")
    backup_directory: str = text("CAS_SFTP_BACKUP_DIRECTORY", default="/backup")


class CgiSftpSettings(SftpSettings):
    """The SFTP directories of CGI: journal voucher and AP files. Host and port are those of CAS."""

    host: str = text("CAS_SFTP_HOST")
    port: int = whole_number("CAS_SFTP_PORT", default=22, at_least=1, at_most=65535)
    username: str = text("CGI_SFTP_USER_NAME")
    password: SecretStr | None = secret("CGI_SFTP_PASSWORD", default=None)
    private_key: Path | None = path("BCREG_CGI_FTP_PRIVATE_KEY_LOCATION", default=None)
    private_key_text: SecretStr | None = secret("BCREG_CGI_FTP_PRIVATE_KEY", default=None, check=_private_key)
    passphrase: SecretStr | None = secret("BCREG_CGI_FTP_PRIVATE_KEY_PASSPHRASE", default=None)
    host_key: str = text("CAS_SFTP_HOST_KEY", check=_host_key)
    directory: str = text("CGI_SFTP_DIRECTORY", default="/data")
    backup_directory: str = text("CGI_SFTP_BACKUP_DIRECTORY", default="/backup")


class CgiSettings(Settings):
    """The names of CGI's files and of the folders that keep them (docs/specs/schedules.md section 3.3)."""

    feeder: str = text("CGI_FEEDER_NUMBER", default="")
    ack_prefix: str = text("CGI_ACK_FILE_PREFIX", default="ACK")
    feedback_prefix: str = text("CGI_FEEDBACK_FILE_PREFIX", default="FEEDBACK")
    inbox_prefix: str = text("CGI_INBOX_FILE_PREFIX", default="INBOX")
    trigger_suffix: str = text("CGI_TRIGGER_FILE_SUFFIX", default="TRG")
    processing_folder: str = text("GOOGLE_BUCKET_FOLDER_CGI_PROCESSING", default="cgi_processing")
    processed_folder: str = text("GOOGLE_BUCKET_FOLDER_CGI_PROCESSED", default="cgi_processed")
    feedback_folder: str = text("GOOGLE_BUCKET_FOLDER_CGI_FEEDBACK", default="cgi_feedback")

    @property
    def trigger_ending(self) -> str:
        """What a trigger's name adds to the file's: one dot, however the setting is written."""
        return f".{self.trigger_suffix.lstrip('.')}"
