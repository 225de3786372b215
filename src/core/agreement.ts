/** A device's difference from float64 as it is read and written: `3e-7`. */
export const agreementText = (difference: number) => difference.toExponential(0);
