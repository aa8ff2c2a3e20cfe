"""Long proofs on real parts: `make soak` runs them in volume, `make test` a sample of each."""
