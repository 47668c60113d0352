"""The strangers' own tests are run where they are installed, never from here."""

collect_ignore_glob = ["*/tests/*"]
