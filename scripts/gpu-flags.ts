/**
 * What tells Chromium to compute on WebGPU. Without `GPU=real` in the environment that is SwiftShader, a GPU in software that needs no
 * other and computes the same everywhere; with it the machine's own, by Vulkan on Linux, where Chromium allows WebGPU to few cards by itself.
 */
export function webgpuFlags(): readonly string[] {
  if (process.env["GPU"] !== "real") return ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
  const onLinux = ["--enable-features=Vulkan", "--use-angle=vulkan", "--disable-vulkan-surface"];
  return ["--enable-unsafe-webgpu", "--ignore-gpu-blocklist", ...(process.platform === "linux" ? onLinux : [])];
}
