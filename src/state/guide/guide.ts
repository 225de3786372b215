import { createStore } from "zustand/vanilla";

/** What leads through the page, beside the instrument itself. */
export interface Guide {
  /** The band above the instrument. */
  readonly isOpeningShown: boolean;
  /** The page of findings is shown in place of the instrument. */
  readonly isGalleryOpen: boolean;
  /** The fragment that the instrument had before. */
  readonly galleryFrom: string;
  /** The stop of the tour, from 0; undefined while nobody takes it. */
  readonly tourStep: number | undefined;
  /** Where it goes on. */
  readonly tourLeftAt: number;
}

export const guide = createStore<Guide>(() => ({
  isOpeningShown: false,
  isGalleryOpen: false,
  galleryFrom: "",
  tourStep: undefined,
  tourLeftAt: 0,
}));

/** The fragment of the page of findings: of the address, and no link. */
export const GALLERY_HASH = "#gallery";

export const setOpeningShown = (isOpeningShown: boolean) => guide.setState({ isOpeningShown });

/** Follows the address. @returns whether it is that of the page of findings */
export function followHash(hash: string): boolean {
  const isGalleryOpen = hash === GALLERY_HASH;
  guide.setState({ isGalleryOpen, ...(!isGalleryOpen && { galleryFrom: hash }) });
  return isGalleryOpen;
}
