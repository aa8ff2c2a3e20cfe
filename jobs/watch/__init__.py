"""What watches the runs: check, notices, pings and doctor."""
