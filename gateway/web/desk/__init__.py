"""What people do, through the API: each deed is an event, and on disk when it is answered."""
