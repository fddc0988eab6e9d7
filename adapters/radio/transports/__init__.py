"""The wires to base stations: serial, TCP, RFC 2217, UDP, MQTT, all of one shape."""
