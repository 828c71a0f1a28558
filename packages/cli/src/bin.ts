#!/usr/bin/env node
import { run } from "./run.ts";
import { systemEnvironment } from "./system-environment.ts";

process.exitCode = await run(systemEnvironment(process));
