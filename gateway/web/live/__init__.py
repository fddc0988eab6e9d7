"""What is so right now, as boards and walls show it, and the stream that tells them."""
