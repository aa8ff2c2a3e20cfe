"""The embedded default: the pay database, object store, SFTP and CFS of one machine, for demos and tests."""
