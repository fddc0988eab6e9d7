"""Where requests come in: the hooks by a short way, all else through aiohttp; and whom there is no room for."""
