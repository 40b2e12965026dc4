"""Runs a command and prints what it took: seconds of processor time and the most bytes that it held, in one last line.

Usage: usage.py COMMAND [ARGUMENT ...]

Exits as the command does.
"""

import os
import subprocess
import sys

child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status))
