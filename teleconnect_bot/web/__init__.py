"""The public front door over HTTP: guest page, its calls, the Matrix gateway, health."""
