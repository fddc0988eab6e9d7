"""The intake store's promises, held against both databases."""
