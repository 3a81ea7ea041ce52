import { match } from "node:assert/strict";
import { explainPip } from "./wheels.ts";

const explain = (stderr: string) => explainPip({ code: 1, stdout: "", stderr }, "thing 1.0");

Deno.test("a wrong checksum is told with the expected and the found one", () => {
  const said =
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n    thing==1.0:\n" +
    "        Expected sha256 aaa111\n             Got        bbb222\n";
  match(
    explain(said),
    /thing 1\.0 does not match its checksum: expected SHA-256 aaa111, found bbb222\. Nothing/,
  );
});

Deno.test("an index out of reach is a matter of the network, also when pip then finds no version", () => {
  const said =
    "WARNING: Retrying after connection broken by 'NewConnectionError(': Temporary failure in name resolution')\n" +
    "ERROR: Could not find a version that satisfies the requirement thing==1.0\n" +
    "ERROR: No matching distribution found for thing==1.0\n";
  match(explain(said), /could not be downloaded: the package index did not answer\. Check the network/);
});

Deno.test("a full disk is told as such", () => {
  match(
    explain("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"),
    /disk is full/,
  );
});

Deno.test("an index without a suitable version is told as such", () => {
  match(
    explain("ERROR: No matching distribution found for thing==1.0"),
    /has no version that suits this machine/,
  );
});

Deno.test("anything else is told in pip's words, without its advice", () => {
  match(
    explain("ERROR: something odd\n[notice] A new release of pip is available"),
    /pip said:\n {2}ERROR: something odd$/,
  );
});
