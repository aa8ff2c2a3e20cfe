"""The SFTP servers of CAS and CGI, and the names of CGI's files."""

import base64
import binascii
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.settings.base import Seconds, Settings


def _host_key(value: str) -> str:
    """Accept `ssh-rsa AAAA...`, or the base64 part alone, of any key type."""
    blob = value.rsplit(maxsplit=1)[-1] if value.strip() else ""
    try:
        if len(base64.b64decode(blob, validate=True)) < 20:
            raise ValueError("it is too short")
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"this is not the base64 part of an SSH public key ({error})") from None
    return blob


HostKey = Annotated[str, AfterValidator(_host_key)]


def _private_key(value: SecretStr) -> SecretStr:
    """Accept a private key as a secret holds it: its line ends real or written as \\n, in quotes or not."""
    text = value.get_secret_value().strip().strip("\"'").replace("\\r", "").replace("\\n", "\n").strip()
    if not (text.startswith("-----BEGIN ") and text.endswith("-----") and "\n" in text):
        raise ValueError(
            "it must be a whole private key, from -----BEGIN to its end, with line ends (real, or written as \\n)"
        )
    return SecretStr(f"{text}\n")


PrivateKey = Annotated[SecretStr, AfterValidator(_private_key)]


class SftpSettings(Settings):
    """One SFTP partner. The subclasses say under which names its settings stand."""

    host: str
    port: int = Field(22, ge=1, le=65535)
    username: str
    password: SecretStr | None = None
    private_key: Path | None = None
    private_key_text: PrivateKey | None = None
    passphrase: SecretStr | None = None
    host_key: HostKey
    directory: str
    backup_directory: str
    connect_timeout: Seconds = Field(10, validation_alias="SFTP_CONNECT_TIMEOUT")
    transfer_deadline: Seconds = Field(900, validation_alias="SFTP_TRANSFER_DEADLINE")
    settle_seconds: Annotated[float, Field(ge=0)] = Field(5, validation_alias="SFTP_SETTLE_SECONDS")

    @model_validator(mode="after")
    def _some_credential(self) -> "SftpSettings":
        if self.password is None and self.private_key is None and self.private_key_text is None:
            raise ValueError("neither a private key nor a password is set")
        return self


class CasSftpSettings(SftpSettings):
    """The SFTP server of CAS: settlement files."""

    host: str = Field(validation_alias="CAS_SFTP_HOST")
    port: int = Field(22, validation_alias="CAS_SFTP_PORT", ge=1, le=65535)
    username: str = Field(validation_alias="CAS_SFTP_USER_NAME")
    password: SecretStr | None = Field(None, validation_alias="CAS_SFTP_PASSWORD")
    private_key: Path | None = Field(None, validation_alias="BCREG_FTP_PRIVATE_KEY_LOCATION")
    private_key_text: PrivateKey | None = Field(
        None, validation_alias="BCREG_FTP_PRIVATE_KEY", description="the key itself, in place of its file"
    )
    passphrase: SecretStr | None = Field(None, validation_alias="BCREG_FTP_PRIVATE_KEY_PASSPHRASE")
    host_key: HostKey = Field(validation_alias="CAS_SFTP_HOST_KEY")
    directory: str = Field("/upload", validation_alias="CAS_SFTP_DIRECTORY")
    backup_directory: str = Field("/backup", validation_alias="CAS_SFTP_BACKUP_DIRECTORY")


class CgiSftpSettings(SftpSettings):
    """The SFTP directories of CGI: journal voucher and AP files. Host and port are those of CAS."""

    host: str = Field(validation_alias="CAS_SFTP_HOST")
    port: int = Field(22, validation_alias="CAS_SFTP_PORT", ge=1, le=65535)
    username: str = Field(validation_alias="CGI_SFTP_USER_NAME")
    password: SecretStr | None = Field(None, validation_alias="CGI_SFTP_PASSWORD")
    private_key: Path | None = Field(None, validation_alias="BCREG_CGI_FTP_PRIVATE_KEY_LOCATION")
    private_key_text: PrivateKey | None = Field(
        None, validation_alias="BCREG_CGI_FTP_PRIVATE_KEY", description="the key itself, in place of its file"
    )
    passphrase: SecretStr | None = Field(None, validation_alias="BCREG_CGI_FTP_PRIVATE_KEY_PASSPHRASE")
    host_key: HostKey = Field(validation_alias="CAS_SFTP_HOST_KEY")
    directory: str = Field("/data", validation_alias="CGI_SFTP_DIRECTORY")
    backup_directory: str = Field("/backup", validation_alias="CGI_SFTP_BACKUP_DIRECTORY")


class CgiSettings(Settings):
    """The names of CGI's files and of the folders that keep them (docs/specs/schedules.md section 3.3)."""

    feeder: str = Field("", validation_alias="CGI_FEEDER_NUMBER")
    ack_prefix: str = Field("ACK", validation_alias="CGI_ACK_FILE_PREFIX", min_length=1)
    feedback_prefix: str = Field("FEEDBACK", validation_alias="CGI_FEEDBACK_FILE_PREFIX", min_length=1)
    inbox_prefix: str = Field("INBOX", validation_alias="CGI_INBOX_FILE_PREFIX", min_length=1)
    trigger_suffix: str = Field("TRG", validation_alias="CGI_TRIGGER_FILE_SUFFIX", min_length=1)
    processing_folder: str = Field("cgi_processing", validation_alias="GOOGLE_BUCKET_FOLDER_CGI_PROCESSING")
    processed_folder: str = Field("cgi_processed", validation_alias="GOOGLE_BUCKET_FOLDER_CGI_PROCESSED")
    feedback_folder: str = Field("cgi_feedback", validation_alias="GOOGLE_BUCKET_FOLDER_CGI_FEEDBACK")

    @property
    def trigger_ending(self) -> str:
        """What a trigger's name adds to the file's: one dot, however the setting is written."""
        return f".{self.trigger_suffix.lstrip('.')}"
