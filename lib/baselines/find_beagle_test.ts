import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { findBeagle } from "./beagle.ts";

const NOWHERE = { named: "", jars: [], java: "/nowhere/java", program: "/nowhere/beagle" };

/** A folder with a file like a jar, and a "Java" that prints `said`. */
async function withJava(said: string, work: (jar: string, java: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [jar, java] = [join(folder, "beagle.jar"), join(folder, "java")];
  await Deno.writeTextFile(jar, "");
  await Deno.writeTextFile(java, `#!/bin/sh\necho '${said}'\n`, { mode: 0o755 });
  try {
    await work(jar, java);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("without Beagle or Java, the result says how to get what is missing", async () => {
  const none = await findBeagle(NOWHERE);
  ok(!none.found);
  match(none.how, /Beagle was not found\. .*apt install beagle.*BEAGLE_JAR=/);
  await withJava("", async (jar) => {
    const noJava = await findBeagle({ ...NOWHERE, jars: [jar] });
    ok(!noJava.found);
    match(noJava.how, /needs Java\. .*default-jre-headless/);
  });
});

Deno.test("a jar that says it is Beagle is taken, with the memory that is asked for", async () => {
  await withJava("beagle.22Jul22.46e.jar (version 5.4)", async (jar, java) => {
    const found = await findBeagle({ ...NOWHERE, jars: ["/nowhere/beagle.jar", jar], java });
    ok(found.found);
    equal(found.version, "beagle.22Jul22.46e.jar (version 5.4)");
    deepEqual(found.command, [java, "-jar", jar]);
  });
});

Deno.test("a jar that was named must be there and be Beagle", async () => {
  const named = "/nowhere/beagle.jar";
  await rejects(
    findBeagle({ ...NOWHERE, named }),
    /BEAGLE_JAR is \/nowhere\/beagle\.jar: there is no such file/,
  );
  await withJava("another program", async (jar, java) => {
    await rejects(findBeagle({ ...NOWHERE, named: jar, java }), /expected Beagle, found something else/);
  });
});
