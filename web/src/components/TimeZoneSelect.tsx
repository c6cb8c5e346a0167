import type { ComponentProps } from "react";
import { Select } from "./ui/Field";

const timeZones = Intl.supportedValuesOf("timeZone");

export function TimeZoneSelect(props: ComponentProps<"select">) {
  return (
    <Select className="w-full" {...props}>
      {timeZones.map((timeZone) => (
        <option key={timeZone} value={timeZone}>
          {timeZone.replaceAll("_", " ")}
        </option>
      ))}
    </Select>
  );
}
