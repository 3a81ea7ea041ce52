"""
JupyterLab with what the Deno kernel leaves out: lab.py DENO ARGUMENTS...

The kernel says nothing of a cell that is not valid TypeScript but that it failed, and names lines of the JavaScript that
it made of a cell. Here a failed cell is explained as `task run` does, by explain.ts, before the reader sees it.
"""

import asyncio
import json
import sys
from pathlib import Path

from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyterlab.labapp import LabApp

DENO = sys.argv[1]
EXPLAIN = str(Path(__file__).with_name("explain.ts"))
V1 = "v1.kernel.websocket.jupyter.org"

# Cells whose code is kept: until their reply, or longer if they failed.
MOST = 1000


class Connection(ZMQChannelsWebsocketConnection):
    """Explains errors between the kernel and the browser."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.sources = {}
        self.explaining = {}

    def handle_incoming_message(self, incoming_msg):
        if self.subprotocol == V1 and isinstance(incoming_msg, bytes):
            _, parts = deserialize_msg_from_ws_v1(incoming_msg)
            header = self.session.unpack(parts[0])
            if header["msg_type"] == "execute_request":
                self.sources[header["msg_id"]] = self.session.unpack(parts[3])["code"]
                while len(self.sources) > MOST:
                    oldest = next(iter(self.sources))
                    self.sources.pop(oldest)
                    self.explaining.pop(oldest, None)
        super().handle_incoming_message(incoming_msg)

    def handle_outgoing_message(self, stream, outgoing_msg):
        if self.subprotocol != V1:
            return super().handle_outgoing_message(stream, outgoing_msg)
        _, parts = self.session.feed_identities(outgoing_msg)
        header, parent = self.session.unpack(parts[1]), self.session.unpack(parts[2])
        kind, cell = header.get("msg_type"), parent.get("msg_id")
        if cell not in self.sources or kind not in ("error", "execute_reply"):
            return super().handle_outgoing_message(stream, outgoing_msg)
        content = self.session.unpack(parts[4])
        # An error and its reply come over two sockets, either of them first, and both hold the same.
        if cell not in self.explaining and (kind == "error" or content.get("status") == "error"):
            self.explaining[cell] = asyncio.ensure_future(self.explain(self.sources[cell], content, parent))
        if kind == "error":
            return None
        if cell not in self.explaining:
            del self.sources[cell]
            return super().handle_outgoing_message(stream, outgoing_msg)
        # What comes after the reply is not shown any more.
        parent_handle = super().handle_outgoing_message
        self.explaining[cell].add_done_callback(lambda _: parent_handle(stream, outgoing_msg))
        return None

    async def explain(self, source, content, parent):
        """Shows an error with its place in the cell; as the kernel told it where that does not work."""
        failure = {name: content.get(key) for name, key in
                   (("name", "ename"), ("message", "evalue"), ("traceback", "traceback"))}
        lines = failure["traceback"] or [f"{failure['name']}: {failure['message']}"]
        try:
            process = await asyncio.create_subprocess_exec(
                DENO, "run", "--quiet", "--no-lock", "--allow-all", EXPLAIN,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
            request = json.dumps({"source": source, "failure": failure})
            said, _ = await asyncio.wait_for(process.communicate(request.encode()), 20)
            if process.returncode == 0 and said.strip():
                lines = said.decode().rstrip().split("\n")
        except (OSError, asyncio.TimeoutError):
            pass
        message = self.session.msg("error", parent=parent, content={
            "ename": failure["name"], "evalue": failure["message"], "traceback": lines})
        self.write_message(serialize_msg_to_ws_v1(message, "iopub", self.session.pack), binary=True)


if __name__ == "__main__":
    sys.argv = [sys.argv[0], *sys.argv[2:], "--ServerApp.kernel_websocket_connection_class=__main__.Connection"]
    LabApp.launch_instance()
