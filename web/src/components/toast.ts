/** Short results of an act ("Campaign launched"). Errors that need reading are shown where they happened, not here. */
export function toastResult(text: string): void {
  void import("sonner").then(({ toast }) => toast.success(text));
}
