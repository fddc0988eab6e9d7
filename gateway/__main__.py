"""`python -m gateway` is `hotline-gateway`."""

from gateway.cli import main

main()
