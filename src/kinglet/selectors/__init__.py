"""Ways to select a few dozen features of a joined pool, one file each."""
