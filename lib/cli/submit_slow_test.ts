import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { noPlugin } from "../engine/support_test.ts";
import { readRecords } from "../results/mod.ts";
import { processEnvironment, runOrExplain, runTool } from "../setup/command.ts";
import { temporaryWorkspace } from "./support_test.ts";

/** A real Slurm of two nodes with a core each, on this machine, and jobs of a workspace of its own. */

const PROGRAMS = ["slurmctld", "slurmd", "sbatch", "munged"];

async function missing(): Promise<string | undefined> {
  if (noPlugin) return "the XLA plugin is not installed";
  if (Deno.uid() !== 0) return "only root can start Slurm's nodes";
  const found = await Promise.all(PROGRAMS.map((name) => runTool(name, ["-V"])));
  const absent = PROGRAMS.filter((_, i) => !found[i]);
  return absent.length > 0 ? `not installed: ${absent.join(", ")}` : undefined;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** Waits until something is so; fails with what there is when it takes too long. */
async function until(
  what: string,
  is: () => Promise<boolean>,
  tell = () => Promise.resolve(""),
): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await is()) return;
    await sleep(0.5);
  }
  throw new Error(`waited in vain until ${what}\n${await tell()}`);
}

const readText = (path: string) => Deno.readTextFile(path).catch(() => "");

async function cluster(folder: string) {
  const host = Deno.hostname().split(".")[0]!;
  const conf = join(folder, "slurm.conf");
  const socket = join(folder, "munge.socket");
  const lines = [
    "ClusterName=test",
    `SlurmctldHost=${host}(127.0.0.1)`,
    "SlurmUser=root",
    "SlurmdUser=root",
    "AuthType=auth/munge",
    // The second is how long a job of a lost node waits before it is run again.
    `AuthInfo=socket=${socket},cred_expire=5`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool-%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/%n.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/%n.log`,
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_CPU",
    "ReturnToService=2",
    "SlurmdTimeout=10",
    `SlurmctldPort=${freePort()}`,
    ...["n1", "n2"].map((node) =>
      `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${freePort()} CPUs=1`
    ),
    "PartitionName=both Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP",
  ];
  await Deno.writeTextFile(conf, lines.map((line) => `${line}\n`).join(""));
  await Deno.writeFile(join(folder, "munge.key"), crypto.getRandomValues(new Uint8Array(128)), {
    mode: 0o600,
  });
  const env = { SLURM_CONF: conf };
  const call = async (program: string, ...args: string[]) => {
    const { stdout } = await runOrExplain(program, args, ({ stderr }) => `${program}: ${stderr}`, { env });
    return stdout.trim();
  };
  // A daemon keeps the output of who starts it open: it is told to go where nothing waits for it.
  const daemon = async (program: string, ...args: string[]) => {
    const { success } = await new Deno.Command(program, {
      args,
      env: processEnvironment(env),
      clearEnv: true,
      stdout: "null",
      stderr: "null",
    }).output();
    ok(success, `${program} did not start`);
  };
  const files = {
    "key-file": "munge.key",
    "log-file": "munge.log",
    "pid-file": "munge.pid",
    "seed-file": "munge.seed",
  };
  const munge = Object.entries(files).map(([option, name]) => `--${option}=${join(folder, name)}`);
  await daemon("munged", "--force", `--socket=${socket}`, ...munge);
  await daemon("slurmctld", "-f", conf);
  for (const node of ["n1", "n2"]) await daemon("slurmd", "-f", conf, "-N", node);
  /** Ends a daemon, and waits until it has. */
  const stop = async (name: string, signal: Deno.Signal) => {
    const pid = (await readText(join(folder, `${name}.pid`))).trim();
    if (pid === "" || await readText(`/proc/${pid}/cmdline`) === "") return;
    Deno.kill(Number(pid), signal);
    await until(`${name} has ended`, async () => await readText(`/proc/${pid}/cmdline`) === "");
  };
  return {
    env,
    call,
    /** The node is gone at once, and with it all that ran on it. */
    async lose(node: string, job: string) {
      await stop(node, "SIGKILL");
      for (const { name } of Deno.readDirSync("/proc")) {
        if (!/^\d+$/.test(name)) continue;
        const [line, variables] = [
          await readText(`/proc/${name}/cmdline`),
          await readText(`/proc/${name}/environ`),
        ];
        const ofJob = variables.includes(`SLURM_CONF=${conf}\0`) &&
          variables.includes(`SLURM_JOB_ID=${job}\0`);
        if (ofJob || line.startsWith(`slurmstepd: [${job}.batch]`)) Deno.kill(Number(name), "SIGKILL");
      }
    },
    async [Symbol.asyncDispose]() {
      await runTool("scancel", ["--me"], { env });
      for (const name of ["n1", "n2", "slurmctld", "munge"]) await stop(name, "SIGTERM");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const why = await missing();

Deno.test({
  name: "Slurm finishes twelve jobs though a node is lost, and a job goes on from its state" +
    (why ? ` (ignored: ${why})` : ""),
  ignore: why !== undefined,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "slurm-" });
    await using slurm = await cluster(folder);
    await using workspace = await temporaryWorkspace({ env: slurm.env });
    const submit = async (...args: string[]) => {
      const { code, stdout, stderr } = await workspace.run("submit", "--profile", "quick", ...args);
      equal(code, 0, stderr);
      return stdout;
    };
    const queue = (...args: string[]) => slurm.call("squeue", "--noheader", ...args);
    const records = join(workspace.path, "results/local/records");
    const count = async () => (await readRecords(records)).length;
    const lists = join(workspace.path, "results/local/slurm");
    const logs = async () => {
      const names = [...Deno.readDirSync(lists)].filter((one) => one.isDirectory).map(({ name }) => name)
        .sort();
      return await Promise.all(
        names.flatMap((name) =>
          [...Deno.readDirSync(join(lists, name))].filter((file) => file.name.endsWith(".log"))
            .map((file) => readText(join(lists, name, file.name)))
        ),
      );
    };
    const tell = async () => [await queue(), ...await logs()].join("\n---\n");

    const refused = async (...args: string[]) => {
      const { code, stderr } = await workspace.run(
        "submit",
        "--profile",
        "quick",
        "--only",
        "uci/yacht/spin",
        ...args,
      );
      equal(code, 1);
      return stderr;
    };
    match(
      await refused("--partition", "bath"),
      /^--partition: Slurm has no partition "bath"; known: both\n$/,
    );
    match(await refused("--sbatch=--color"), /^sbatch ended with code \d+:\n.*unrecognized option '--color'/);

    const long = ["--only", "uci/yacht/spin/fold0", "--steps", "2000"];
    match(
      await submit(...long, "--partition", "both", "--time", "10"),
      /^missing: 1, submitted\narrays \d+; tables/,
    );
    match(await submit(...long), /^(queued|running): 1, left out\n$/);
    const [first] = (await queue("--array", "--format=%A %j")).split("\n").filter((line) =>
      !line.includes("tables")
    );
    const twelve = [
      "--only",
      "uci/yacht/spin",
      "--only",
      "uci/yacht/npt",
      "--only",
      "uci/yacht/set-transformer",
    ];
    const short = [...twelve, "--only", "uci/yacht/spin-context", "--steps", "3"];
    match(await submit(...short), /^missing: 12, submitted\n/);

    // As at the end of its time.
    await until("it trains", async () => /[1-9]\d* of 2000 ·.* loss/.test((await logs())[0] ?? ""), tell);
    await slurm.call("scancel", "--signal=TERM", "--batch", first!.split(" ")[0]!);
    await until(
      "it has ended",
      async () => /to be continued: .*fold0, code 75/.test(await submit(...long, "--status")),
      tell,
    );
    match(await submit(...long), /^to be continued: 1, submitted\n/);

    let lost = "";
    await until("half are done and one has just begun on n2", async () => {
      const running = await queue("--nodelist=n2", "--states=running", "--format=%A %M");
      lost = /^(\d+) 0:0[0-2]$/m.exec(running)?.[1] ?? "";
      return lost !== "" && await count() >= 6;
    }, tell);
    await slurm.lose("n2", lost);
    await until("the queue is empty", async () => await queue() === "", tell);

    const states = await submit(...short, "--status");
    match(states, /uci\/yacht +12 +12 +0 +0 +0 +0 +0\n/);
    const made = await readRecords(records);
    deepEqual(made.map(({ steps }) => steps).sort((a, b) => a - b), [...Array(12).fill(3), 2000]);
    deepEqual([...Deno.readDirSync(records)].filter(({ name }) => !name.endsWith(".json")), []);
    deepEqual([...Deno.readDirSync(join(workspace.path, "results/local/checkpoints"))], []);
    const trained = (text: string) => text.split(/^record: /m).length - text.split("has its record").length;
    ok((await logs()).every((text) => trained(text) <= 1), await tell());
    const [stopped, ...others] = (await logs()).filter((text) => text.includes("'2000'"));
    match(
      stopped!,
      /Stopped\. The same command continues: deno task job uci\/yacht\/spin\/fold0 .*--steps 2000/,
    );
    equal(others.length, 1);
    const steps = (text: string) => [...text.matchAll(/(\d+) of 2000/g)].map(([, step]) => Number(step));
    ok(Math.min(...steps(others[0]!)) >= Math.max(...steps(stopped!)), `${stopped}\n---\n${others[0]}`);
    match(await readText(join(lists, "tables.log")), /results\/local\/quick/);
  },
});
