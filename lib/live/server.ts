/** The page of a panel, served on this machine alone. */
import { pageScript } from "./bundle.ts";
import type { PanelState, Session } from "./session.ts";

export interface PanelServer {
  /** The page's address; its path holds a random token, which is the key to all requests. */
  url: string;
  close(): Promise<void>;
}

const HEADERS = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  // Scripts and connections of the page's own alone; JupyterLab on this machine may show it inside of a notebook.
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; " +
    "img-src data:; frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
};

const html = (title: string) =>
  '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">' +
  `<title>${title.replace(/[<&]/g, " ")}</title></head>` +
  '<body><main></main><script src="page.js"></script></body></html>';

const answer = (body: BodyInit | null, type: string, status = 200) =>
  new Response(body, { status, headers: { ...HEADERS, "Content-Type": type } });

const REFUSED = answer(null, "text/plain", 403);

/** States as a stream of events, the present one first. */
function events<Value>(session: Session<Value>): Response {
  let end = () => {};
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (state: PanelState) => {
        // A page that does not read any more is not sent to; its next connection begins with the present state.
        if ((controller.desiredSize ?? 0) > -50) {
          controller.enqueue(encoder.encode(`data: ${JSON.stringify(state)}\n\n`));
        }
      };
      end = session.watch(send);
      send(session.state());
    },
    cancel: () => end(),
  });
  return answer(stream, "text/event-stream");
}

/**
 * Serves the page of a session on 127.0.0.1, on any free port. Requests need the token of the address; those of other pages
 * are refused, and those under another name of this machine.
 */
export function serveSession<Value>(session: Session<Value>): PanelServer {
  const token = crypto.randomUUID().replaceAll("-", "");
  let origin = "";
  const stop = new AbortController();
  const handle = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const from = request.headers.get("Origin");
    if (url.origin !== origin || (from !== null && from !== origin)) return REFUSED.clone();
    const [, given, what, ...rest] = url.pathname.split("/");
    if (given !== token || rest.length > 0) return REFUSED.clone();
    const { method } = request;
    if (method === "GET") {
      if (what === "") return answer(html(session.state().title), "text/html; charset=utf-8");
      if (what === "page.js") return answer(await pageScript(), "text/javascript; charset=utf-8");
      if (what === "events") return events(session);
    }
    if (method === "POST" && from === origin) {
      const asked = await request.json().catch(() => ({}));
      // What goes wrong is in the state.
      if (what === "run") void session.run(asked.options ?? {}).catch(() => {});
      else if (what === "continue") void session.continue(Number(asked.steps), asked.index).catch(() => {});
      else if (what === "stop") session.stop();
      else return answer(null, "text/plain", 404);
      return answer("{}", "application/json");
    }
    return answer(null, "text/plain", 404);
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} },
    handle,
  );
  origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    url: `${origin}/${token}/`,
    async close() {
      stop.abort();
      await server.finished;
    },
  };
}
