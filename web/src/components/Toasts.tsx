import { Toaster } from "sonner";
import { useTheme } from "@/theme/theme";

export default function Toasts() {
  return <Toaster theme={useTheme()} position="bottom-right" offset={24} mobileOffset={88} toastOptions={{ className: "!font-sans" }} />;
}
