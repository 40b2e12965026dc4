"""Runs a command and writes how much memory it and its children held at most.

Usage: peak_memory.py FILE COMMAND [ARGUMENT ...]

FILE gets the highest sum of resident set sizes of the process tree, in bytes, as sampled every INTERVAL_S seconds;
pages that processes share are counted in each of them. Exits as the command does.
"""

import os
import subprocess
import sys

INTERVAL_S = 0.1  # shot encodes live for seconds


def tree_bytes(pid):
    """Resident bytes of process `pid` and all below it; 0 where it is gone."""
    try:
        with open(f"/proc/{pid}/statm") as statm:
            resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        children = []
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as listed:
                children += listed.read().split()
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0
    return resident + sum(tree_bytes(child) for child in children)


def main(file, *command):
    child = subprocess.Popen(command)
    peak = 0
    while True:
        peak = max(peak, tree_bytes(child.pid))
        try:
            code = child.wait(timeout=INTERVAL_S)
            break
        except subprocess.TimeoutExpired:
            continue
    with open(file, "w") as out:
        out.write(str(peak))
    sys.exit(code)


main(*sys.argv[1:])
