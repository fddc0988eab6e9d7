"""The service: pipeline, delivery, recovery, web, configuration, command line."""
