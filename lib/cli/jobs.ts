/** `task jobs`: the runs of a profile as commands, one a line, for whatever runs many of them. */
import { experimentsOf } from "../experiments/registry.ts";
import { findRecord } from "../results/mod.ts";
import { flag, runCommand, texts } from "./main.ts";
import { jobCommand, PROFILE, profileOf, RECORDS, recordsFolder } from "./job_options.ts";

const USE =
  `Each line runs one training or measurement and leaves its record; lines are independent, may run at
once, and are run in the workspace's folder. Runs that have their record are left out.

  deno task jobs --profile paper > jobs.txt
  xargs -d '\\n' -n 1 -P 2 sh -c < jobs.txt              # two at once
  parallel -j 2 < jobs.txt                               # the same with GNU parallel
  sbatch --array=1-$(wc -l < jobs.txt) --cpus-per-task=4 \\
    --wrap 'eval "$(sed -n "\${SLURM_ARRAY_TASK_ID}p" jobs.txt)"'   # Slurm, one job of the array a line`;

if (import.meta.main) {
  await runCommand({
    name: "jobs",
    summary: USE,
    options: {
      profile: { ...PROFILE, help: `${PROFILE.help} (default: paper)` },
      only: texts("NAME", "of this experiment alone; may be given again"),
      records: RECORDS,
      all: flag("also those that have their record"),
    },
    examples: ["jobs --profile paper --only uci --only gp"],
  }, async ({ values }) => {
    const profile = profileOf(values.profile ?? "paper");
    const records = recordsFolder(values.records);
    const leftOut = new Map<string, number>();
    for (const experiment of experimentsOf(values.only)) {
      for (const { id, identity, needs } of await experiment.runs(experiment.settings(profile))) {
        const why = needs ? `${experiment.name} needs ${needs}` : "with a record";
        const known = !values.all && identity && await findRecord(records, identity);
        if (needs || known) {
          leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
        } else console.log(jobCommand(id, profile, records));
      }
    }
    for (const [why, count] of leftOut) console.error(`left out, ${why}: ${count}`);
  });
}
