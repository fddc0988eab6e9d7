"""The pages beside the board, rendered here: one file a page."""
