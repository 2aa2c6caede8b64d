"""The workload of an application, and what it may conclude afterwards."""
