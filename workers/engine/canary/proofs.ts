import { persistentProofs } from "../store/stores.ts";

/** A device's proofs: by the key of each thing, how far it was from float64. Only those that were near enough are kept. */
export type Proofs = Map<string, number>;

/** A person has one or two processors and a browser that is renewed each month. */
const MAX_DEVICES = 4;
const FOLDER = "devices";
const FILE = "proofs.json";

/** For a browser that keeps nothing: at least no load of this visit proves again what another has. */
const held = new Map<string, Proofs>();

/** @param device names the processor, the browser and the runtime: another one of these has its kernels to prove anew */
export async function rememberedProofs(device: string): Promise<Proofs> {
  const proofs = held.get(device) ?? new Map((await readAll()).find(([name]) => name === device)?.[1]);
  held.set(device, proofs);
  return proofs;
}

/** Keeps a device's proofs; it never rejects, and what cannot be kept is proved again. */
export async function keepProofs(device: string): Promise<void> {
  const others = (await readAll()).filter(([name]) => name !== device).slice(0, MAX_DEVICES - 1);
  const all = [[device, [...(held.get(device) ?? [])]], ...others];
  const store = await persistentProofs();
  await store?.write(FOLDER, FILE, new TextEncoder().encode(JSON.stringify(all))).catch(() => undefined);
}

type Kept = readonly (readonly [device: string, proofs: readonly (readonly [string, number])[]])[];

/** All kept proofs; none where the file is damaged. */
async function readAll(): Promise<Kept> {
  try {
    const file = await (await persistentProofs())?.open(FOLDER, FILE);
    if (!file) return [];
    const read: unknown = JSON.parse(new TextDecoder().decode(await file.slice(0, file.byteLength)));
    file.close();
    return Array.isArray(read) ? read.filter(isKept) : [];
  } catch {
    return [];
  }
}

const isKept = (each: unknown): each is Kept[number] =>
  Array.isArray(each) &&
  typeof each[0] === "string" &&
  Array.isArray(each[1]) &&
  each[1].every((pair) => Array.isArray(pair) && typeof pair[0] === "string" && Number.isFinite(pair[1]));
