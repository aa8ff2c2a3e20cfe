"""A fixed sample of nights of the world."""
