"""The process that writes the intake store. It imports little, so that it starts fast and stays small."""
