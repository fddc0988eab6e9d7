"""Pretend peers that speak the wire protocols. They share no code with the product."""
