import { Area, Bar, CartesianGrid, ComposedChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import type { DayFigures } from "./queries";
import { shownDays } from "./shownDays";
import { texts } from "./texts";

/** A curve through a handful of days says less than its bars. */
const fewDays = 10;

const lines = [
  { name: "found", stroke: "var(--line-strong)", dash: "4 4", fill: 0 },
  { name: "qualified", stroke: "var(--primary)", dash: undefined, fill: 0.16 },
  { name: "replied", stroke: "var(--accent)", dash: undefined, fill: 0.14 },
  { name: "meetings", stroke: "var(--good)", dash: undefined, fill: 0.14 },
] as const;

export default function PipelineChart({ daily }: { daily: readonly DayFigures[] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const days = shownDays(daily);
  const asBars = days.length <= fewDays;
  return (
    <div aria-hidden>
      <ul className="mb-4 flex flex-wrap gap-x-5 gap-y-1 px-2 text-[0.8125rem] text-ink-muted">
        {lines.map(({ name, stroke, dash }) => (
          <li key={name} className="flex items-center gap-2">
            <svg viewBox="0 0 16 4" className="h-1 w-4">
              <line x1="1" x2="15" y1="2" y2="2" stroke={stroke} strokeWidth="3" strokeLinecap="round" strokeDasharray={dash} />
            </svg>
            {label(t.chart, name)}
          </li>
        ))}
      </ul>
      <ResponsiveContainer width="100%" height={264}>
        <ComposedChart accessibilityLayer={false} data={[...days]} margin={{ top: 8, right: 12, bottom: 0, left: -12 }}>
          <CartesianGrid stroke="var(--chart-grid)" vertical={false} />
          <XAxis
            dataKey="day"
            tickFormatter={(day: string) => format.shortDate(day)}
            tick={{ fill: "var(--ink-muted)", fontSize: 12 }}
            tickLine={false}
            axisLine={false}
            minTickGap={32}
            dy={6}
          />
          <YAxis
            allowDecimals={false}
            tickFormatter={(value: number) => format.compact(value)}
            tick={{ fill: "var(--ink-muted)", fontSize: 12 }}
            tickLine={false}
            axisLine={false}
            width={52}
          />
          <Tooltip
            labelFormatter={(day) => (typeof day === "string" ? format.longDate(day) : day)}
            formatter={(value, name) => [format.number(Number(value)), label(t.chart, String(name))]}
            contentStyle={{ background: "var(--surface)", border: "1px solid var(--line)", borderRadius: 12, boxShadow: "var(--shadow-float)", fontSize: 13 }}
            labelStyle={{ color: "var(--ink)", fontWeight: 600, marginBottom: 4 }}
            cursor={asBars ? { fill: "var(--surface-sunken)" } : { stroke: "var(--line-strong)", strokeDasharray: "3 3" }}
          />
          {lines.map(({ name, stroke, dash, fill }) =>
            asBars ? (
              <Bar key={name} dataKey={name} fill={stroke} radius={[4, 4, 0, 0]} maxBarSize={18} isAnimationActive={false} />
            ) : (
              <Area
                key={name}
                type="monotone"
                dataKey={name}
                stroke={stroke}
                strokeWidth={2}
                strokeDasharray={dash}
                fill={stroke}
                fillOpacity={fill}
                isAnimationActive={false}
              />
            ),
          )}
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}
