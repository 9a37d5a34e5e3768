"""Ways in and out. Each module knows one platform and none of the others."""
