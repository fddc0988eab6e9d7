"""Ways by which alerts leave: one package a kind."""
