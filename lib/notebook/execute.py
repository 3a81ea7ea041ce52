"""
Runs a notebook: execute.py NOTEBOOK TARGET FOLDER.

The kernel works in FOLDER; the executed notebook is written to TARGET. What happens is told on standard output, one
JSON object a line. When standard input ends, whoever started this is gone: the kernel is killed at once. A file named
by SPIN_STOP that comes into being ends the run after the cell that is running.
"""

import asyncio
import json
import os
import sys
import threading
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.client import CellExecutionComplete
from nbclient.exceptions import CellExecutionError, DeadKernelError

# Seconds without a message after which a finished cell's outputs are taken to be complete.
QUIET = 0.1


class Stopped(Exception):
    """Somebody asked to stop."""


class Client(NotebookClient):
    """Waits for outputs that arrive after the kernel said it was idle, as a Deno kernel's can."""

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        idle = False
        while True:
            message = self.kc.iopub_channel.get_msg(timeout=None)
            try:
                message = await asyncio.wait_for(message, QUIET if idle else None)
            except asyncio.TimeoutError:
                return
            if message["parent_header"].get("msg_id") != parent_msg_id:
                continue
            try:
                self.process_message(message, cell, cell_index)
            except CellExecutionComplete:
                idle = True


def main(source: str, target: str, folder: str) -> None:
    # A session of its own: an interrupt typed in the terminal is for the program that started this one to handle.
    os.setsid()
    events = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    # What native code of the kernel prints must not mix with the events.
    os.dup2(2, 1)

    def tell(event: str, **fields) -> None:
        events.write(json.dumps({"event": event, **fields}) + "\n")

    stop = os.environ.get("SPIN_STOP")
    failure = {}
    running = None

    def kernel():
        """The kernel's process, from the moment it is started."""
        provisioner = getattr(client.km, "provisioner", None)
        return getattr(provisioner, "process", None)

    def on_cell_start(cell, cell_index):
        nonlocal running
        running = kernel()
        if stop and os.path.exists(stop):
            raise Stopped
        tell("start", cell=cell_index)

    def on_cell_executed(cell, cell_index, execute_reply):
        tell("end", cell=cell_index)

    def on_cell_error(cell, cell_index, execute_reply):
        failure.update(execute_reply["content"])

    notebook = nbformat.read(source, as_version=4)
    client = Client(
        notebook,
        timeout=None,
        iopub_timeout=600,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": folder}},
        on_cell_start=on_cell_start,
        on_cell_executed=on_cell_executed,
        on_cell_error=on_cell_error,
        shutdown_kernel="immediate",
    )

    def watch() -> None:
        sys.stdin.read()
        process = kernel()
        if process is not None:
            process.kill()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    try:
        client.execute()
        Path(target).write_text(nbformat.writes(notebook), encoding="utf-8")
        tell("done")
    except Stopped:
        tell("stopped")
    except CellExecutionError:
        tell("error", name=failure["ename"], message=failure["evalue"], traceback=failure["traceback"])
    except DeadKernelError:
        tell("dead", code=running.poll() if running else None)


main(*sys.argv[1:])
