"""The storage that tests of this folder share."""

from tests.storage_fixtures import faulty_place, sftp_place, store

__all__ = ["faulty_place", "sftp_place", "store"]
