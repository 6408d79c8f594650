"""A whole year of England, rehearsed on a training portal: real files, real commands, and a proof to the penny."""
