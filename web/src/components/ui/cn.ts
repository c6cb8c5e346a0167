import { clsx } from "clsx";

/** Joins class names. The primitives' own looks sit in a lower CSS layer (styles.css), so what a page adds wins. */
export const cn = clsx;
