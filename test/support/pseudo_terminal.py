"""Runs a program under a pseudo-terminal: `pseudo_terminal.py COLUMNS PROGRAM ARGUMENTS`. What it writes comes out in base64, with its exit code before it."""

import base64
import fcntl
import os
import pty
import struct
import sys
import termios

columns, argv = int(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    # The size has to be there before the program looks.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execvp(argv[0], argv)
output = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        # Linux says EIO when the last process has closed the terminal.
        break
    if not part:
        break
    output += part
_, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status), base64.b64encode(output).decode())
