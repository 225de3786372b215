import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Names in one page of a list: few, so that a list has several. */
const PAGE = 2;

export interface S3Server {
  readonly endpoint: string;
  readonly objects: Map<string, string>;
  /** Answers that come in the place of the next requests', each once. */
  readonly instead: { readonly status: number; readonly code: string }[];
  readonly close: () => Promise<void>;
}

/**
 * A store with the interface of S3, as far as parts need it, after Amazon's reference: a PUT with `If-None-Match: *` is refused with 412 where
 * there is an object of that name, and with 409 where another is being written.
 */
export async function s3Server(): Promise<S3Server> {
  const objects = new Map<string, string>();
  const writing = new Set<string>();
  const instead: S3Server["instead"] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://store");
    const key = decodeURIComponent(url.pathname.slice(1));
    const answer = (status: number, body = "") => response.writeHead(status).end(body);
    const refuse = (status: number, code: string) => answer(status, `<Error><Code>${code}</Code></Error>`);
    const isSigned =
      /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=[^,]+, Signature=[0-9a-f]{64}$/;
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    const isConditional = request.headers["if-none-match"] === "*";
    const isPut = request.method === "PUT";
    const other = instead.shift();
    const isBusy = isPut && isConditional && writing.has(key);
    if (isPut && !isBusy) writing.add(key);
    request.on("end", () => {
      if (isPut && !isBusy) writing.delete(key);
      if (other) return refuse(other.status, other.code);
      if (!isSigned.test(request.headers.authorization ?? "")) return refuse(403, "SignatureDoesNotMatch");
      if (isBusy) return refuse(409, "ConditionalRequestConflict");
      if (isPut) {
        if (isConditional && objects.has(key)) return refuse(412, "PreconditionFailed");
        objects.set(key, body);
        return answer(200);
      }
      if (request.method === "DELETE") return answer(objects.delete(key) ? 204 : 404);
      if (url.searchParams.get("list-type") === "2") return answer(200, listed(objects, url));
      const found = objects.get(key);
      return found === undefined ? refuse(404, "NoSuchKey") : answer(200, found);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    instead,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function listed(objects: ReadonlyMap<string, string>, { pathname, searchParams }: URL): string {
  const bucket = pathname.slice(1);
  const prefix = `${bucket}${searchParams.get("prefix") ?? ""}`;
  const after = searchParams.get("continuation-token") ?? "";
  const all = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const page = all.filter((key) => key > after).slice(0, PAGE);
  const isLast = page.at(-1) === all.at(-1);
  const keys = page.map((key) => `<Contents><Key>${key.slice(bucket.length)}</Key></Contents>`).join("");
  const next = isLast ? "" : `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>`;
  return `<ListBucketResult>${keys}<IsTruncated>${String(!isLast)}</IsTruncated>${next}</ListBucketResult>`;
}
