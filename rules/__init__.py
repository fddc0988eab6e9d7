"""Every decision of the service, pure: no clock, no I/O, no randomness, no logging."""
