/** Heads of columns of numbers. */
export const NumberHeads = ({ names }: { readonly names: readonly string[] }) =>
  names.map((name, index) => (
    <th key={index} scope="col" className="number">
      {name}
    </th>
  ));
