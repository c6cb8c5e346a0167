import { Outlet } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { Logo } from "@/components/Logo";
import { cn } from "@/components/ui/cn";
import { languages, setLanguage, useLanguage } from "@/i18n/language";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";

const languageNames = { en: "English", fr: "Français" };

export function VisitorLayout() {
  const t = useTexts(texts);
  const language = useLanguage();
  return (
    <div className="grid min-h-dvh bg-surface lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <div className="flex flex-col px-6 py-6 sm:px-10">
        <header className="flex items-center justify-between">
          <span className="flex items-center gap-3 text-base font-semibold tracking-tight">
            <Logo /> Sales Machine
          </span>
          <div className="flex gap-1">
            {languages.map((value) => (
              <button
                key={value}
                type="button"
                lang={value}
                aria-pressed={value === language}
                onClick={() => setLanguage(value)}
                className={cn("h-8 rounded-lg px-2.5 text-[0.8125rem] text-ink-muted hover:bg-sunken", value === language && "font-medium text-ink")}
              >
                {languageNames[value]}
              </button>
            ))}
          </div>
        </header>
        <main id="content" tabIndex={-1} className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center py-10 outline-none">
          <Outlet />
        </main>
      </div>
      <aside className="relative hidden overflow-hidden bg-[#0d1530] text-white lg:flex lg:flex-col lg:justify-end">
        <div aria-hidden className="absolute inset-0 bg-[radial-gradient(60%_50%_at_75%_15%,#2e5bff_0%,transparent_70%),radial-gradient(40%_40%_at_10%_95%,#ff9f4333_0%,transparent_70%)]" />
        <svg aria-hidden viewBox="0 0 600 320" className="absolute inset-x-0 top-[16%] w-full opacity-90" fill="none">
          <path d="M-20 270C80 262 120 206 200 214s110 58 190 16 110-140 240-176" stroke="#fff" strokeOpacity=".9" strokeWidth="3" strokeLinecap="round" />
          <path d="M-20 300c110-4 150-44 230-36s120 40 190 4 120-96 220-124" stroke="#fff" strokeOpacity=".25" strokeWidth="2" strokeLinecap="round" />
          <circle cx="390" cy="230" r="7" fill="#FF9F43" />
          <circle cx="390" cy="230" r="16" stroke="#FF9F43" strokeOpacity=".4" strokeWidth="2" />
        </svg>
        <div className="relative max-w-xl p-12 xl:p-16">
          <p className="text-3xl leading-tight font-semibold tracking-tight text-balance">{t.promise}</p>
          <p className="mt-4 text-base leading-7 text-white/80">{t.promiseText}</p>
          <ul className="mt-8 space-y-3">
            {t.points.map((point) => (
              <li key={point} className="flex items-start gap-3 text-white/90">
                <Check className="mt-0.5 size-4 shrink-0 text-[#FF9F43]" aria-hidden />
                {point}
              </li>
            ))}
          </ul>
        </div>
      </aside>
    </div>
  );
}
