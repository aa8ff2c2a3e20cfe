"""What the tables of the pay database mean, told once for all jobs and tools."""
