import { backendTest } from "../support/backend.ts";
import { programsAgree, wrongKernelIsFound } from "./testing.ts";

backendTest(
  "150 random programs have the values and gradients of tfjs's cpu engine",
  () => programsAgree(150),
);

backendTest(
  "a wrong kernel is found by each of 40 random programs that uses it",
  () => wrongKernelIsFound(40),
);
