"""The whole service in one process, in virtual time, from one seed: `python -m tests.simulation --seeds 1000`."""
