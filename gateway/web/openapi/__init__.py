"""The OpenAPI document of the API, and the shapes it names."""
