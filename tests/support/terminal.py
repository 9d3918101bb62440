"""Runs a program on a pseudo-terminal and types into it when it has shown what is waited for.

stdin: {"argv", "env", "cwd", "steps": [{"after": regex, "type": text}], "seconds"} as JSON.
stdout: {"output", "status", "kept", "late"} as JSON; status is an exit code, or minus a signal, and kept says
whether echo and the other modes of the terminal are in the end what they were.
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

spec = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    os.chdir(spec["cwd"])
    os.execvpe(spec["argv"][0], spec["argv"], spec["env"])

modes = termios.tcgetattr(terminal)
output = b""
seen = 0
steps = list(spec["steps"])
deadline = time.monotonic() + spec["seconds"]
late = False
while True:
    while steps:
        found = re.search(steps[0]["after"].encode(), output[seen:])
        if found is None:
            break
        seen += found.end()
        os.write(terminal, steps.pop(0)["type"].encode())
    left = deadline - time.monotonic()
    if left <= 0:
        late = True
        os.kill(pid, signal.SIGKILL)
        break
    if not select.select([terminal], [], [], left)[0]:
        continue
    try:
        piece = os.read(terminal, 65536)
    except OSError:  # the program has closed its end
        break
    if not piece:
        break
    output += piece

status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
kept = termios.tcgetattr(terminal) == modes
text = output.decode("utf-8", "replace")
json.dump({"output": text, "status": status, "kept": kept, "late": late}, sys.stdout)
