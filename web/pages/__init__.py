"""The site map: one file per page. Each file lists its handlers in ``handlers``."""
