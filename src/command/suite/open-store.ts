import { Fault } from "#core/fault.ts";
import type { Environment } from "../session.ts";
import { folderParts } from "../shards/part-store.ts";
import type { PartStore } from "../shards/part-store.ts";

/**
 * Where a plan lies: a folder that every machine sees, or a bucket as `s3://bucket/folder`, with the keys and the endpoint that other tools
 * read from the environment.
 *
 * @throws Fault "bad-request"
 */
export async function openStore(place: string, env: Environment): Promise<PartStore> {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) return folderParts(place);
  if (!place.startsWith("s3://")) {
    throw new Fault("bad-request", `“${place}” is no store; a folder or s3://bucket/folder is needed`);
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) {
    throw new Fault("bad-request", `${place} needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment`);
  }
  // its client is a package that may be left out
  const { s3Parts } = await import("../shards/s3-store.ts").catch((cause: unknown) => {
    throw new Fault("bad-request", `${place} needs the package aws4fetch, which is not installed: npm install`, {
      cause,
    });
  });
  return s3Parts(place, {
    accessKeyId,
    secretAccessKey,
    sessionToken: env["AWS_SESSION_TOKEN"],
    region: env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || "us-east-1",
    endpoint: env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"],
  });
}
