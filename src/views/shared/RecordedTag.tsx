/** Marks numbers that came with the page. */
export function RecordedTag() {
  return (
    <span
      className="tag"
      title="Computed beforehand in float64 and shipped with the page; the run on this machine takes its place"
    >
      recorded
    </span>
  );
}
