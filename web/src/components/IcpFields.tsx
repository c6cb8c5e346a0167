import type { Control } from "react-hook-form";
import { useController } from "react-hook-form";
import { defineTexts, useTexts } from "@/i18n/texts";
import { Field } from "./ui/Field";
import { TagInput } from "./ui/TagInput";

export type IcpValues = Record<"industries" | "job_titles" | "company_sizes" | "locations" | "technologies" | "pains", string[]>;

const names = ["industries", "job_titles", "company_sizes", "locations", "technologies", "pains"] as const;
const companySizes = ["1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001+"];

const texts = defineTexts({
  en: {
    industries: "Industries",
    job_titles: "Job titles",
    company_sizes: "Company sizes",
    locations: "Places",
    technologies: "Technologies they use",
    pains: "Problems you solve",
    example: { industries: "Software, Consulting", job_titles: "Sales director, VP Sales", company_sizes: "51-200", locations: "France, Belgium", technologies: "HubSpot, Salesforce", pains: "Manual prospecting" },
  },
  fr: {
    industries: "Secteurs",
    job_titles: "Fonctions",
    company_sizes: "Tailles d’entreprise",
    locations: "Lieux",
    technologies: "Technologies utilisées",
    pains: "Problèmes que vous résolvez",
    example: { industries: "Logiciels, Conseil", job_titles: "Directeur commercial, VP Sales", company_sizes: "51-200", locations: "France, Belgique", technologies: "HubSpot, Salesforce", pains: "Prospection manuelle" },
  },
});

/** The six lists of an ideal customer profile, inside any form that holds them under `icp`. */
export function IcpFields<Values extends { icp: IcpValues }>({ control }: { control: Control<Values> }) {
  return (
    <div className="grid gap-6 sm:grid-cols-2">
      {names.map((name) => (
        <IcpList key={name} name={name} control={control as unknown as Control<{ icp: IcpValues }>} />
      ))}
    </div>
  );
}

function IcpList({ name, control }: { name: (typeof names)[number]; control: Control<{ icp: IcpValues }> }) {
  const t = useTexts(texts);
  const { field } = useController({ control, name: `icp.${name}` });
  return (
    <Field label={t[name]}>
      {(attributes) => (
        <TagInput
          {...attributes}
          value={field.value}
          onChange={field.onChange}
          placeholder={t.example[name]}
          suggestions={name === "company_sizes" ? companySizes : undefined}
        />
      )}
    </Field>
  );
}
