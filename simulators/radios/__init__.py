"""Pretend base stations, one file a kind, over the ports of simulators.radios.ports."""
