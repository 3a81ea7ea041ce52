import { deepEqual } from "node:assert/strict";
import { PYTHON } from "../paths.ts";
import { runTool } from "../setup/command.ts";

/** What a browser is sent, by kind, when a failed cell's messages come in an order: lab.py without a server. */
const SENT = `
import asyncio, json, sys
folder, order = sys.argv[1], sys.argv[2].split(",")
sys.path.insert(0, folder)
sys.argv = ["lab.py", "deno"]
import lab

class Session:
    unpack = staticmethod(lambda part: part)
    feed_identities = staticmethod(lambda parts: ([], parts))

sent = []
lab.ZMQChannelsWebsocketConnection.handle_outgoing_message = lambda self, stream, parts: sent.append(parts[1]["msg_type"])

async def explain(self, source, content, parent):
    await asyncio.sleep(0.01)
    sent.append("explained " + content["ename"])

lab.Connection.explain = explain
connection = lab.Connection.__new__(lab.Connection)
lab.Connection.subprotocol = lab.V1
lab.Connection.session = Session()
connection.sources, connection.explaining = {"a": "late.no.where;"}, {}

async def main():
    for kind in order:
        content = {"status": "error", "ename": "TypeError", "evalue": "", "traceback": ["TypeError", "  at <anonymous>:2:9"]}
        if kind == "ok":
            kind, content = "execute_reply", {"status": "ok"}
        connection.handle_outgoing_message(None, [b"", {"msg_type": kind}, {"msg_id": "a"}, {}, content])
    await asyncio.sleep(0.1)

asyncio.run(main())
print(json.dumps(sent))
`;

const isSetUp = await Deno.stat(PYTHON).then(() => true, () => false);

for (
  const [order, sent] of [
    ["error,execute_reply", ["explained TypeError", "execute_reply"]],
    ["execute_reply,error", ["explained TypeError", "execute_reply"]],
    ["execute_reply", ["explained TypeError", "execute_reply"]],
    ["ok", ["execute_reply"]],
  ] as const
) {
  Deno.test({
    name: `JupyterLab explains a failed cell once: ${order}`,
    ignore: !isSetUp,
    async fn() {
      const done = await runTool(PYTHON, ["-c", SENT, import.meta.dirname!, order]);
      deepEqual(JSON.parse(done?.stdout || `"${done?.stderr}"`), sent);
    },
  });
}
