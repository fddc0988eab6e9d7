"""All that touches the outside: PBXs, notifiers, the intake store."""
