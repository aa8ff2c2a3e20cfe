"""The desk for inbound files: take in, apply, hold, replay, ignore. A job brings its format and its `apply`."""
