"""Server settings of embedded clusters, by what is at stake when the machine dies."""

from __future__ import annotations

COMMON = {
    "max_connections": "200",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "max_wal_size": "4GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
}

DURABLE = COMMON | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""Every acknowledged commit survives `kill -9` and a power cut: training, crash tests, benchmarks."""

THROWAWAY = COMMON | {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "autovacuum_naptime": "10min",
}
"""Ordinary tests only: without fsync `kill -9` was seen to lose acknowledged commits."""
