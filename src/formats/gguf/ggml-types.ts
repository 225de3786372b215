/** How a type of ggml's stores numbers: blocks of so many values, each of so many bytes. */
interface GgmlType {
  readonly name: string;
  readonly values: number;
  readonly bytes: number;
}

/** The types by the number that a file names them with, as ggml has them (`ggml_get_type_traits`); those that were given up are left out. */
const TYPES: ReadonlyMap<number, GgmlType> = new Map(
  (
    [
      [0, "F32", 1, 4],
      [1, "F16", 1, 2],
      [2, "Q4_0", 32, 18],
      [3, "Q4_1", 32, 20],
      [6, "Q5_0", 32, 22],
      [7, "Q5_1", 32, 24],
      [8, "Q8_0", 32, 34],
      [9, "Q8_1", 32, 36],
      [10, "Q2_K", 256, 84],
      [11, "Q3_K", 256, 110],
      [12, "Q4_K", 256, 144],
      [13, "Q5_K", 256, 176],
      [14, "Q6_K", 256, 210],
      [15, "Q8_K", 256, 292],
      [16, "IQ2_XXS", 256, 66],
      [17, "IQ2_XS", 256, 74],
      [18, "IQ3_XXS", 256, 98],
      [19, "IQ1_S", 256, 50],
      [20, "IQ4_NL", 32, 18],
      [21, "IQ3_S", 256, 110],
      [22, "IQ2_S", 256, 82],
      [23, "IQ4_XS", 256, 136],
      [24, "I8", 1, 1],
      [25, "I16", 1, 2],
      [26, "I32", 1, 4],
      [27, "I64", 1, 8],
      [28, "F64", 1, 8],
      [29, "IQ1_M", 256, 56],
      [30, "BF16", 1, 2],
      [34, "TQ1_0", 256, 54],
      [35, "TQ2_0", 256, 66],
      [39, "MXFP4", 32, 17],
      [40, "NVFP4", 64, 36],
      [41, "Q1_0", 128, 18],
      [42, "Q2_0", 64, 18],
    ] as const
  ).map(([id, name, values, bytes]) => [id, { name, values, bytes }]),
);

/** Files repacked for one processor, which llama.cpp itself gave up. */
const REPACKED: ReadonlySet<number> = new Set([31, 32, 33, 36, 37, 38]);

const NAMED: ReadonlyMap<string, GgmlType> = new Map([...TYPES.values()].map((type) => [type.name, type]));

export const ggmlTypeNamed = (name: string): GgmlType | undefined => NAMED.get(name);
export const ggmlType = (id: number): GgmlType | undefined => TYPES.get(id);
export const isRepacked = (id: number): boolean => REPACKED.has(id);
