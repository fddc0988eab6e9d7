"""Who asks and may they: signing in, sessions, tokens, what each route needs, and the API of accounts and audit."""
