"""Everything that speaks Matrix. mautrix finds its `olm` module here; it is installed before anything imports `mautrix.crypto`."""

from teleconnect_bot.adapters.matrix import olm

olm.install()
