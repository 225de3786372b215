import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";

/** Sends a command and waits for its answer; one at a time. */
export type Ask = (name: string, parameters: object) => Promise<unknown>;

/** A command is answered by its number, what failed, and what it gave. */
type Answer = readonly [type: 1, id: number, failure: Failure | null, given: { readonly value?: unknown } | null];
interface Failure {
  readonly error: string;
  readonly message: string;
}

/**
 * Speaks Marionette, the protocol that Firefox itself has for WebDriver and that geckodriver translates to
 * (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html): each packet is its length in bytes, a colon, and JSON.
 */
export async function speakMarionette(port: number): Promise<Ask> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const received = packets(socket);
  const next = async () => {
    const { value, done } = await received.next();
    if (done) throw new Error("Marionette: Firefox closed the connection");
    return value;
  };
  await next(); // its greeting
  let last = 0;
  return async (name, parameters) => {
    const id = ++last;
    const command = JSON.stringify([0, id, name, parameters]);
    socket.write(`${Buffer.byteLength(command)}:${command}`);
    const [, answered, failure, given] = (await next()) as Answer;
    if (answered !== id) throw new Error(`Marionette: ${name} got the answer to another command`);
    if (failure) throw new Error(`Marionette: ${name}: ${failure.error}: ${failure.message}`);
    // some commands give a value, others what stands in the place of one
    return given && "value" in given ? given.value : given;
  };
}

async function* packets(socket: Socket): AsyncGenerator<unknown, void, undefined> {
  let pending = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk]);
    for (let colon = pending.indexOf(":"); colon > 0; colon = pending.indexOf(":")) {
      const end = colon + 1 + Number(pending.subarray(0, colon));
      if (pending.length < end) break;
      yield JSON.parse(pending.subarray(colon + 1, end).toString());
      pending = pending.subarray(end);
    }
  }
}
