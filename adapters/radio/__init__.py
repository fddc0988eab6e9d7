"""Base stations: what they say on a wire becomes radio events; one folder a kind."""
