"""The outside world: SFTP and the FTP poller, the object store, CFS, events and mail."""
