"""The embedded stack: everything that `make demo` and the tests start beside the bot."""
