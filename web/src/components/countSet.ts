/** How many filters narrow a list; what is undefined narrows nothing. */
export function countSet(filters: object): number {
  return Object.values(filters as Record<string, unknown>).filter((value) => value !== undefined).length;
}
