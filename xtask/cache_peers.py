"""Plays a trace to caches of libCacheSim.

    cache_peers.py FILE PERCENT:BYTES:SECOND...

FILE is in the form `oracleGeneral`; each of the others is a cache, and the second from which requests count. Writes lines:
percent, policy, byte hit ratio in percent. Needs `libcachesim` 0.3.5 from PyPI in `.tools/peers`.
"""

import sys

import libcachesim

POLICIES = ["LRU", "S3FIFO", "ARC", "WTinyLFU", "Sieve", "LIRS", "Belady"]


def byte_hit_percent(path, policy, capacity, counted_from):
    cache = getattr(libcachesim, policy)(capacity)
    asked = hit = 0
    for request in libcachesim.TraceReader(path, libcachesim.TraceType.ORACLE_GENERAL_TRACE):
        is_hit = cache.get(request)
        if request.clock_time >= counted_from:
            asked += request.obj_size
            hit += request.obj_size * is_hit
    return 100 * hit / asked


def main(path, *caches):
    for cache in caches:
        percent, capacity, second = map(int, cache.split(":"))
        for policy in POLICIES:
            found = byte_hit_percent(path, policy, capacity, second)
            print(percent, policy, f"{found:.3f}", sep="\t", flush=True)


main(*sys.argv[1:])
