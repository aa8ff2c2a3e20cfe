"""Figures, each beside its floor: the same rows written by the plainest SQL, on the same database, in the same run."""
