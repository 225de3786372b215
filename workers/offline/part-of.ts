/**
 * The part of a whole response that a request's `Range` asks for, as a server with ranges would send it (RFC 9110, 14.2): an end behind the
 * file's own is the file's, what cannot be satisfied is 416, and what is no single range of bytes gets the whole. The ready-made plugin
 * `workbox-range-requests` refuses an end behind the file's, which is how the page asks for the beginning of a file of unknown length.
 */
export async function partOf(response: Response, range: string | null): Promise<Response> {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  if (response.status !== 200 || from === undefined || to === undefined || from + to === "") return response;
  const whole = await response.blob();
  const start = from === "" ? Math.max(0, whole.size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? whole.size : Math.min(Number(to) + 1, whole.size);
  const headers = new Headers(response.headers);
  // what is kept is decoded already
  headers.delete("Content-Encoding");
  if (start >= end) {
    headers.set("Content-Range", `bytes */${whole.size}`);
    headers.set("Content-Length", "0");
    return new Response(null, { status: 416, statusText: "Range Not Satisfiable", headers });
  }
  headers.set("Content-Range", `bytes ${start}-${end - 1}/${whole.size}`);
  headers.set("Content-Length", String(end - start));
  return new Response(whole.slice(start, end), { status: 206, statusText: "Partial Content", headers });
}
