-- messages: a send in doubt is looked for under the address that it went to, whatever the person's address is by now.

-- Nullable and without a default: no row is written again.
alter table public.send_intents add column recipient text;
comment on column public.send_intents.recipient is
    'The address or number that the vendor was given, written before it is called; null for what began before it was kept.';
update private.personal_tables set emptied = emptied || '{"recipient": "null"}' where table_name = 'send_intents';
