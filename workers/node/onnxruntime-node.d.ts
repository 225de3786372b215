/** The native runtime has the same interface as the browser's; it is installed by whoever wants it. */
declare module "onnxruntime-node" {
  export * from "onnxruntime-web";
  /** What this build can run on, as `cpu`. */
  export function listSupportedBackends(): readonly { readonly name: string; readonly bundled: boolean }[];
}
