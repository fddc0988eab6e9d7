"""Who may do what: roles and rights, what an asker may see, and the proof of it."""
