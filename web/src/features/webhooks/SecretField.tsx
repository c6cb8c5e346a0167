import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";

type SecretFieldProps = { value: string; onChange: (value: string) => void; needed: boolean; error: boolean };

export function SecretField({ value, onChange, needed, error }: SecretFieldProps) {
  const t = useTexts(texts);
  return (
    <Field label={t.ownSecret} hint={needed ? t.ownSecretHint : t.optionalSecretHint} error={error ? t.secretTooShort : undefined}>
      {(control) => (
        <Input {...control} type="password" autoComplete="off" spellCheck={false} value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
