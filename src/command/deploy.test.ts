import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import { readLine } from "./command-line.ts";
import { EXIT } from "./exit-codes.ts";
import { PACKAGE } from "./package-files.ts";
import { SUITE_COMMANDS } from "./suite/suite-commands.ts";

/** What `deploy/` gives to others' programs is read here as they read it, and its commands as ours does. */
const text = (name: string) => readFileSync(join(PACKAGE, "deploy", name), "utf8");

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: object;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
}
const { services, volumes } = parse(text("compose.yaml"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
};
interface Container {
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly resources?: { readonly requests: { readonly cpu: string } };
  readonly volumeMounts: readonly { readonly name: string }[];
}
interface Job {
  readonly completions: number;
  readonly podFailurePolicy: { readonly rules: readonly object[] };
  readonly template: {
    readonly spec: {
      readonly initContainers: readonly Container[];
      readonly containers: readonly Container[];
      readonly volumes: readonly { readonly name: string }[];
    };
  };
}
const [claim, job] = parseAllDocuments(text("kubernetes.yaml")).map(
  (each) => each.toJS({}) as { kind: string; spec: Job },
);
const pod = job!.spec.template.spec;

test.each<readonly [string, readonly string[]]>([
  ...Object.entries(services).flatMap(([name, { image, command }]) =>
    image === "arithmoscope" && command ? [[name, command] as const] : [],
  ),
  ...[...pod.initContainers, ...pod.containers].map(({ args }) => ["kubernetes", args] as const),
])("the command of %s is one: %j", (_, [name = "", ...words]) => {
  const { options } = SUITE_COMMANDS[name]!;
  const { positionals } = readLine(name, words, options(words));
  expect(positionals[0]).toBe("/shared/plan");
});

test("compose starts workers once their queue answers, with a store and a cache that it has", () => {
  expect(Object.keys(services).toSorted()).toEqual(["board", "merge", "plan", "queue", "status", "work"]);
  // a worker that shows the queue, to this machine alone
  expect(services["board"]).toMatchObject({
    environment: services["work"]!.environment!,
    command: [...services["work"]!.command!, "--board", "0.0.0.0:3000"],
    ports: ["127.0.0.1:3000:3000"],
  });
  expect(services["work"]).toMatchObject({
    environment: { REDIS_URL: "redis://queue:6379" },
    depends_on: { queue: { condition: "service_healthy" } },
  });
  const named = Object.values(services).flatMap((each) => each.volumes ?? []);
  expect([...new Set(named.map((volume) => volume.split(":")[0]))]).toEqual(Object.keys(volumes));
});

test("each index of the Kubernetes job knows of how many it is, and has its threads and volumes", () => {
  expect([claim!.kind, job!.kind]).toEqual(["PersistentVolumeClaim", "Job"]);
  const [plan, run] = [pod.initContainers[0]!, pod.containers[0]!];
  const count = `${job!.spec.completions}`;
  expect(run.env).toEqual([{ name: "JOB_COMPLETIONS", value: count }]);
  expect(plan.args.slice(-2)).toEqual(["--shards", count]);
  expect(run.args.slice(-2)).toEqual(["--threads", run.resources!.requests.cpu]);
  const mounted = [plan, run].map(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
  expect(mounted).toEqual([pod.volumes.map(({ name }) => name), pod.volumes.map(({ name }) => name)]);
});

test("a command line or a plan that is wrong ends the Kubernetes job, whichever container finds it out", () => {
  const [wrong] = job!.spec.podFailurePolicy.rules;
  expect(wrong).toEqual({ action: "FailJob", onExitCodes: { operator: "In", values: [EXIT.usage] } });
});

test.each(["deploy/Dockerfile", "docs/at-scale.md", "workers/node/node-runtime.ts"])(
  "%s names the runtime that the package is made for",
  (name) => {
    const wanted = `onnxruntime-node@${packageJson.peerDependencies["onnxruntime-node"]}`;
    expect(readFileSync(join(PACKAGE, name), "utf8")).toContain(wanted);
  },
);
