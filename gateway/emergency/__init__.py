"""For the day when it matters: whom to call, and what to do in which order."""
