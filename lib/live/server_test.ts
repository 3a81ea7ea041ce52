import { deepEqual, equal, match } from "node:assert/strict";
import { whole } from "../options.ts";
import { emptyCourse } from "../progress/course.ts";
import type { Bench } from "./bench.ts";
import { range } from "./controls.ts";
import { type PanelServer, serveSession } from "./server.ts";
import { createSession, type PanelState, type Session } from "./session.ts";

const bench: Bench<number> = {
  title: "a <bench>",
  options: { h: whole("inducing points", ["h"]) },
  defaults: { h: 10 },
  make: ({ h }) =>
    Promise.resolve({
      ...{ options: { h }, scores: {}, course: emptyCourse(), steps: 1, stopped: false, seconds: 0 },
      value: h as number,
    }),
};

async function served(work: (server: PanelServer, session: Session<number>) => Promise<void>): Promise<void> {
  const session = createSession(bench, { h: range(2, 40) });
  const server = serveSession(session);
  try {
    await work(server, session);
  } finally {
    await server.close();
  }
}

const status = async (url: string, init?: RequestInit): Promise<number> => {
  const answer = await fetch(url, init);
  await answer.body?.cancel();
  return answer.status;
};

Deno.test("only who knows the address gets an answer, and no other page's requests do", () =>
  served(async ({ url }) => {
    match(url, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    const { origin } = new URL(url);
    equal(await status(url), 200);
    equal(await status(`${origin}/`), 403);
    equal(await status(`${origin}/${"0".repeat(32)}/`), 403);
    equal(await status(url, { headers: { Origin: "http://localhost:8888" } }), 403);
    equal(await status(url.replace("127.0.0.1", "localhost")).catch(() => 403), 403);
    equal(await status(`${url}run`, { method: "POST", body: "{}" }), 404, "a request that no page makes");
    equal(await status(`${url}other`, { method: "POST", body: "{}", headers: { Origin: origin } }), 404);
  }));

Deno.test("Run comes through with its options, and every state goes to whoever listens", () =>
  served(async ({ url }, session) => {
    const { origin } = new URL(url);
    const events = await fetch(`${url}events`);
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    const next = async (): Promise<PanelState> =>
      JSON.parse((await reader.read()).value!.split("\n\n")[0]!.slice("data: ".length));
    deepEqual((await next()).table.rows, []);
    const options = {
      method: "POST",
      headers: { Origin: origin },
      body: JSON.stringify({ options: { h: 7 } }),
    };
    equal(await status(`${url}run`, options), 200);
    while (session.trials.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    deepEqual(session.trials.map(({ value }) => value), [7]);
    equal((await next()).running?.line, "starting");
    await reader.cancel();
  }));

Deno.test("the page needs nothing from elsewhere", () =>
  served(async ({ url }) => {
    const page = await fetch(url);
    match(page.headers.get("Content-Security-Policy")!, /default-src 'none'; script-src 'self'/);
    match(await page.text(), /<title>a {2}bench><\/title>/);
    const script = await (await fetch(`${url}page.js`)).text();
    equal(script.includes("import "), false);
  }));
