"""The object store of the sandbox: SeaweedFS, a real S3 server, on the loopback, with a bucket and keys of its own."""

import io
import json
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import urllib3
from minio import Minio
from minio.error import MinioException
from pydantic import SecretStr

from config.settings import ObjectStoreSettings
from connectors.object_store import ObjectStore
from sandbox.detached import DetachedProcess, free_ports, private_folder, write_private

BUCKET = "pay-jobs"
_PROBE = ".ready"
_SERVICES = ("master", "volume", "filer", "s3")
_PORTS = tuple(f"{service}.port{kind}" for service in _SERVICES for kind in ("", ".grpc"))


@dataclass(frozen=True)
class ObjectStorePart:
    """The running object store."""

    folder: Path
    ports: dict[str, int]
    access_key: str
    secret_key: str

    def environment(self) -> dict[str, str]:
        """Return the settings that lead to it."""
        return {
            "MINIO_ENDPOINT": f"127.0.0.1:{self.ports['s3.port']}",
            "MINIO_ACCESS_KEY": self.access_key,
            "MINIO_ACCESS_SECRET": self.secret_key,
            "FTP_POLLER_BUCKET_NAME": BUCKET,
            "MINIO_SECURE": "false",
        }

    def bucket(self) -> ObjectStore:
        """Return a client of its bucket."""
        return ObjectStore(
            ObjectStoreSettings(
                endpoint=f"127.0.0.1:{self.ports['s3.port']}",
                access_key=SecretStr(self.access_key),
                secret_key=SecretStr(self.secret_key),
                bucket=BUCKET,
                secure=False,
            )
        )

    def stop(self) -> None:
        """Stop it; what it stores stays. It is not asked to, because it takes more than ten seconds over that."""
        _process(self.folder).kill()
        for port in self.ports.values():
            for left in Path(tempfile.gettempdir()).glob(f"seaweedfs-*-{port}.sock"):
                left.unlink(missing_ok=True)

    def start_again(self) -> None:
        """Start it where it was, on the same ports."""
        _run(self)


def start(state_dir: Path) -> ObjectStorePart:
    """Start it, or join it where it runs already."""
    running = find_running(state_dir)
    if running is not None:
        return running
    folder = private_folder(state_dir.resolve() / "object_store")
    (folder / "data").mkdir(exist_ok=True)
    ports = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
    part = ObjectStorePart(folder=folder, ports=ports, **_keys(folder))
    write_private(folder / "ports.json", json.dumps(part.ports))
    _run(part)
    return part


def find_running(state_dir: Path) -> ObjectStorePart | None:
    """Return the part if it runs."""
    folder = state_dir.resolve() / "object_store"
    if not _process(folder).is_running():
        return None
    ports = json.loads((folder / "ports.json").read_text(encoding="utf-8"))
    return ObjectStorePart(folder=folder, ports=ports, **_keys(folder))


def _run(part: ObjectStorePart) -> None:
    # Half of its memory would be garbage that waits to be collected; sooner costs no more of the processor.
    _process(part.folder).start(_command(part), lambda: _is_ready(part), GOGC="40")


def _process(folder: Path) -> DetachedProcess:
    return DetachedProcess(folder, "seaweedfs")


def _keys(folder: Path) -> dict[str, str]:
    """Return the keys of this sandbox, made once, in the form SeaweedFS reads."""
    path = folder / "identities.json"
    if not path.exists():
        credentials = {"accessKey": f"sandbox{secrets.token_hex(6)}", "secretKey": secrets.token_urlsafe(24)}
        identity = {"name": "pay-jobs", "credentials": [credentials], "actions": ["Admin", "Read", "List", "Write"]}
        write_private(path, json.dumps({"identities": [identity]}))
    credentials = json.loads(path.read_text(encoding="utf-8"))["identities"][0]["credentials"][0]
    return {"access_key": credentials["accessKey"], "secret_key": credentials["secretKey"]}


def _command(part: ObjectStorePart) -> list[str]:
    ports = [f"-{name}={port}" for name, port in part.ports.items()]
    beside_python = Path(sys.executable).with_name("weed")
    program = str(beside_python) if beside_python.exists() else shutil.which("weed") or "weed"
    return [
        program,
        "-logtostderr=true",
        "-v=0",
        "server",
        f"-dir={part.folder / 'data'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *ports,
        "-filer",
        "-s3",
        f"-s3.config={part.folder / 'identities.json'}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-master.telemetry=false",
        "-master.volumePreallocate=false",
        "-master.volumeSizeLimitMB=1024",
        "-volume.max=0",
        f"-filer.localSocket={part.folder / 'filer.sock'}",
        f"-s3.localSocket={part.folder / 's3.sock'}",
    ]


def _is_ready(part: ObjectStorePart) -> bool:
    """Return whether it answers, stores and serves an object; makes the bucket on the way.

    Volumes are there a moment after the S3 gate answers: what was stored before is not found until then.
    """
    try:
        with urlopen(f"http://127.0.0.1:{part.ports['s3.port']}/healthz", timeout=2):
            pass
        store = Minio(
            part.environment()["MINIO_ENDPOINT"],
            access_key=part.access_key,
            secret_key=part.secret_key,
            secure=False,
        )
        if not store.bucket_exists(BUCKET):
            store.make_bucket(BUCKET)
        store.put_object(BUCKET, _PROBE, io.BytesIO(b"ready"), 5)
        store.get_object(BUCKET, _PROBE).release_conn()
        store.remove_object(BUCKET, _PROBE)
    except (OSError, MinioException, urllib3.exceptions.HTTPError):
        return False
    return True
