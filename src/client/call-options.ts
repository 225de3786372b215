/** How one call is followed and stopped. An aborted call rejects with code "cancelled" at the next session run. */
export interface CallOptions<Report = never> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (report: Report) => void;
}
