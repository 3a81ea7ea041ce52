/** `task jobs`: the runs of a profile as commands, one a line, for whatever runs many of them. */
import { type Arguments, flag, numberValue, runCommand } from "./main.ts";
import { jobsOf, leftOut, ONLY, PROFILE, profileOf, RECORDS, recordsFolder, STEPS } from "./job_options.ts";

const USE =
  `Each line runs one training or measurement and leaves its record; lines are independent, may run at
once, and are run in the workspace's folder. Runs that have their record are left out.

  deno task jobs --profile paper > jobs.txt
  xargs -d '\\n' -n 1 -P 2 sh -c < jobs.txt              # two at once
  parallel -j 2 < jobs.txt                               # the same with GNU parallel
  deno task submit --profile paper --partition NAME      # instead: hands them to Slurm`;

export const JOBS = {
  name: "jobs",
  summary: USE,
  options: {
    profile: { ...PROFILE, help: `${PROFILE.help} (default: paper)` },
    only: ONLY,
    records: RECORDS,
    steps: STEPS,
    all: flag("also those that have their record"),
  },
  examples: ["jobs --profile paper --only uci --only gp/ctx64"],
};

export async function runJobs(
  { values }: Arguments<typeof JOBS.options>,
): Promise<void> {
  const profile = profileOf(values.profile ?? "paper");
  const steps = numberValue(values.steps, "--steps", { whole: true, least: 1 });
  const counts = new Map<string, number>();
  for (const job of await jobsOf(profile, recordsFolder(values.records), { only: values.only, steps })) {
    const why = leftOut(values.all ? { ...job, recorded: false } : job);
    if (why) counts.set(why, (counts.get(why) ?? 0) + 1);
    else console.log(job.command);
  }
  for (const [why, count] of counts) console.error(`left out, ${why}: ${count}`);
}

if (import.meta.main) await runCommand(JOBS, runJobs);
