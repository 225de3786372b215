/** How near a device is to float64, to be read and written: `3e-7`. */
export const agreementText = (difference: number) => difference.toExponential(0);
