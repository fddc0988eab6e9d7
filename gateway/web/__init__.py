"""All that speaks HTTP: webhooks in, the API, the stream, the board."""
