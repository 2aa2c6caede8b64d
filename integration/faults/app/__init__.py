"""The Django application of the workload."""
