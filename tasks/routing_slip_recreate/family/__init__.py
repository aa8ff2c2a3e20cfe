"""A routing slip with its children, as the pay database has them, and what is due for them."""
