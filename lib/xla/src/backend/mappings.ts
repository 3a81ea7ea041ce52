import { readFileSync } from "node:fs";

/**
 * Share of the memory mappings that Linux lets a process have (`vm.max_map_count`) that are in use. The code of a large
 * compiled program takes a thousand or more; where they end, the next compilation fails for want of memory. 0 where nobody tells.
 */
export function mappingsInUse(): number {
  try {
    const most = Number(readFileSync("/proc/sys/vm/max_map_count", "utf8"));
    const maps = readFileSync("/proc/self/maps");
    let lines = 0;
    for (let at = maps.indexOf(10); at >= 0; at = maps.indexOf(10, at + 1)) lines++;
    return most > 0 ? lines / most : 0;
  } catch {
    return 0;
  }
}
