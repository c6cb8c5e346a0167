-- scenarios: sequences of steps. Every organization starts with the five of the house, which it may edit or copy.

create table public.scenarios (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    key text,
    name text not null check (length(trim(name)) between 1 and 200),
    description text not null default '',
    duration_days int not null default 0 check (duration_days between 0 and 365),
    is_template boolean not null default false,
    is_active boolean not null default true,
    version int not null default 1 check (version >= 1),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, key)
);
comment on table public.scenarios is 'A sequence: what to send, on which channel, after how many business days.';
comment on column public.scenarios.key is 'Stable name of a scenario that came with the product; null for an organization''s own.';
comment on column public.scenarios.version is
    'Which of its steps count for people enrolled now. An edit for new enrollments only writes the next version; who was enrolled before keeps theirs.';
create index scenarios_list_idx on public.scenarios (organization_id, created_at desc, id desc);
select private.protect('public.scenarios', 'viewer', 'member', 'member', 'admin', '{select}');
select private.audit('public.scenarios');

create table public.scenario_steps (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    scenario_id uuid not null,
    version int not null default 1 check (version >= 1),
    position int not null check (position between 1 and 50),
    delay_days int not null check (delay_days between 0 and 365),
    channel text not null check (channel in ('linkedin', 'email', 'sms')),
    kind text not null check (kind in ('invitation', 'message', 'follow_up', 'email', 'sms')),
    objective text not null,
    prompt text not null default '',
    target_length int not null default 80 check (target_length between 5 and 400),
    cta text not null default '',
    variants jsonb not null default '[]' check (jsonb_typeof(variants) = 'array' and jsonb_array_length(variants) in (0, 2, 3)),
    variants_since timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, scenario_id, version, position) deferrable initially immediate,
    foreign key (organization_id, scenario_id) references public.scenarios (organization_id, id) on delete cascade
);
comment on table public.scenario_steps is 'One step. delay_days counts business days since the step before; target_length counts words.';
comment on column public.scenario_steps.variants is
    'What is compared: two or three of {objective, prompt, cta}, lettered A, B, C in their order. None: the step is as it is.';
comment on column public.scenario_steps.variants_since is 'Messages written from here on are compared; an edit of the variants begins anew.';
select private.protect('public.scenario_steps', 'viewer', 'member', 'member', 'member', '{select}');
select private.audit('public.scenario_steps');

create table public.variant_decisions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    step_id uuid not null,
    since timestamptz not null,
    winner text not null check (winner in ('A', 'B', 'C')),
    measure text not null check (measure in ('replied', 'positive')),
    minimum_sample int not null,
    figures jsonb not null,
    explanation text not null,
    decided_at timestamptz not null default clock_timestamp(),
    created_at timestamptz not null default now(),
    unique (organization_id, step_id, since),
    foreign key (organization_id, step_id) references public.scenario_steps (organization_id, id) on delete cascade
);
comment on table public.variant_decisions is
    'Which variant of a step won, by which figures and why. People enrolled after decided_at get the winner.';
select private.protect('public.variant_decisions', 'viewer', null, null, null, '{select,insert}');
select private.audit('public.variant_decisions');

create function private.steps_under_comparison() returns table (organization_id uuid, step_id uuid)
language sql stable security definer set search_path = '' as $$
    select s.organization_id, s.id from public.scenario_steps s
    where s.variants_since is not null and jsonb_array_length(s.variants) > 1
      and not exists (
          select from public.variant_decisions d
          where d.organization_id = s.organization_id and d.step_id = s.id and d.since = s.variants_since
      )
$$;
comment on function private.steps_under_comparison() is 'Steps of all organizations whose variants have no winner yet, to be judged.';
grant execute on function private.steps_under_comparison() to workflow;

-- What a person still has to come, in order: the steps of their version that they have not passed.
create function private.steps_ahead(organization uuid, scenario uuid, of_version int, after_position int, passed uuid[])
returns setof public.scenario_steps
language sql stable set search_path = '' as $$
    select s.* from public.scenario_steps s
    where s.organization_id = organization and s.scenario_id = scenario
      and s.version = coalesce(of_version, (
          select c.version from public.scenarios c where c.organization_id = organization and c.id = scenario))
      and s.position > after_position and not (s.id = any (passed))
    order by s.position
$$;
grant execute on function private.steps_ahead(uuid, uuid, int, int, uuid[]) to authenticated, workflow;

create function private.step_facts(step uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select to_jsonb(s) || jsonb_build_object('winner', d.winner, 'winner_at', d.decided_at)
    from public.scenario_steps s
    left join public.variant_decisions d
        on d.organization_id = s.organization_id and d.step_id = s.id and d.since = s.variants_since
    where s.id = step
$$;
comment on function private.step_facts(uuid) is
    'A step with the winner of its comparison, for the functions that tell the facts of work in hand. Granted to nobody.';

create function private.house_scenarios() returns jsonb
language sql immutable set search_path = '' as $$
select '[
 {"key": "soft_connection", "days": 21,
  "name": {"fr": "Connexion Douce", "en": "Soft connection"},
  "about": {"fr": "Créer le lien sur LinkedIn avant d''écrire, sans pression.", "en": "Build the link on LinkedIn before writing, without pressure."},
  "steps": [
   [0, "linkedin", "invitation", 40, "Se présenter et demander la mise en relation", "Introduce yourself and ask to connect", "Accepter l''invitation", "Accept the invitation"],
   [3, "linkedin", "message", 60, "Remercier et partager une observation utile sur son activité", "Thank them and share one useful observation about their work", "Donner un avis", "Share an opinion"],
   [5, "email", "email", 80, "Relier un fait de son entreprise à ce que nous faisons", "Link a fact about their company to what we do", "Échanger 15 minutes", "Talk for 15 minutes"],
   [6, "email", "follow_up", 60, "Relancer avec un exemple concret", "Follow up with a concrete example", "Dire si le sujet est d''actualité", "Say whether it is on the agenda"],
   [7, "email", "follow_up", 40, "Conclure avec courtoisie et laisser la porte ouverte", "Close politely and leave the door open", "Répondre d''un mot", "Reply in one word"]]},
 {"key": "soft_follow_up", "days": 21,
  "name": {"fr": "Relance Douce", "en": "Soft follow-up"},
  "about": {"fr": "Cinq e-mails espacés qui apportent chacun quelque chose de nouveau.", "en": "Five spaced e-mails, each with something new."},
  "steps": [
   [0, "email", "email", 80, "Ouvrir la conversation sur un fait précis de son entreprise", "Open on one precise fact about their company", "Échanger 15 minutes", "Talk for 15 minutes"],
   [3, "email", "follow_up", 60, "Rappeler le message et ajouter un angle métier", "Recall the message and add one angle of their trade", "Dire si le sujet est d''actualité", "Say whether it is on the agenda"],
   [5, "email", "follow_up", 60, "Proposer une idée applicable sans nous", "Offer an idea they can use without us", "Recevoir le détail", "Get the detail"],
   [6, "email", "follow_up", 50, "Demander qui porte ce sujet", "Ask who owns the subject", "Indiquer la bonne personne", "Point to the right person"],
   [7, "email", "follow_up", 40, "Conclure avec courtoisie", "Close politely", "Répondre d''un mot", "Reply in one word"]]},
 {"key": "firm_follow_up", "days": 14,
  "name": {"fr": "Relance Agressive", "en": "Firm follow-up"},
  "about": {"fr": "Un rythme soutenu sur deux semaines pour un sujet qui presse.", "en": "A brisk two weeks for a subject that presses."},
  "steps": [
   [0, "email", "email", 70, "Poser le problème et son coût en une phrase", "State the problem and its cost in one sentence", "Choisir un créneau cette semaine", "Pick a slot this week"],
   [2, "email", "follow_up", 50, "Relancer avec une question fermée", "Follow up with a closed question", "Répondre oui ou non", "Answer yes or no"],
   [3, "linkedin", "message", 40, "Signaler le message sur un second canal", "Mention the message on a second channel", "Y jeter un œil", "Have a look"],
   [4, "email", "follow_up", 50, "Apporter une objection courante et sa réponse", "Bring up a common objection and its answer", "Choisir un créneau", "Pick a slot"],
   [5, "sms", "sms", 25, "Dernier rappel court et poli", "One last short and polite reminder", "Répondre stop ou oui", "Reply stop or yes"]]},
 {"key": "long_nurturing", "days": 45,
  "name": {"fr": "Nurturing Long Terme", "en": "Long-term nurturing"},
  "about": {"fr": "Rester utile pendant six semaines à qui n''a pas encore de projet.", "en": "Stay useful for six weeks to those without a project yet."},
  "steps": [
   [0, "email", "email", 80, "Partager un constat de son secteur", "Share an observation about their industry", "Dire si cela résonne", "Say whether it rings true"],
   [9, "linkedin", "invitation", 40, "Demander la mise en relation en rappelant l''échange", "Ask to connect, recalling the exchange", "Accepter l''invitation", "Accept the invitation"],
   [10, "email", "follow_up", 80, "Donner une méthode simple à appliquer", "Give a simple method to apply", "Recevoir la suite", "Get the rest"],
   [12, "email", "follow_up", 60, "Prendre des nouvelles du projet", "Ask how the project is going", "Faire le point", "Catch up"],
   [14, "email", "follow_up", 50, "Proposer de reprendre plus tard", "Offer to pick it up later", "Choisir un mois", "Choose a month"]]},
 {"key": "premium_approach", "days": 30,
  "name": {"fr": "Approche Premium", "en": "Premium approach"},
  "about": {"fr": "Peu de messages, très préparés, pour des dirigeants.", "en": "Few messages, well prepared, for executives."},
  "steps": [
   [0, "linkedin", "invitation", 35, "Inviter en citant un fait vérifié de son parcours", "Invite by citing one verified fact of their career", "Accepter l''invitation", "Accept the invitation"],
   [5, "email", "email", 90, "Présenter une hypothèse propre à son entreprise", "Present a hypothesis specific to their company", "La discuter 20 minutes", "Discuss it for 20 minutes"],
   [7, "linkedin", "message", 50, "Prolonger l''hypothèse par un exemple", "Extend the hypothesis with an example", "Donner son avis", "Share an opinion"],
   [8, "email", "follow_up", 70, "Proposer un échange entre pairs", "Offer a conversation between peers", "Choisir un créneau", "Pick a slot"],
   [10, "email", "follow_up", 40, "Remercier et clore", "Thank and close", "Répondre d''un mot", "Reply in one word"]]}
]'::jsonb
$$;
comment on function private.house_scenarios() is
    'The five scenarios of the house and their 25 steps: [delay, channel, kind, words, objective fr, en, cta fr, en].';

create function private.seed_house_scenarios() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    at int := case new.locale when 'en' then 1 else 0 end;
begin
    with house as (
        select s, n from jsonb_array_elements(private.house_scenarios()) with ordinality as t (s, n)
    ), created as (
        insert into public.scenarios (organization_id, key, name, description, duration_days, is_template, created_at)
        select new.id, s ->> 'key', s -> 'name' ->> new.locale, s -> 'about' ->> new.locale, (s ->> 'days')::int, true,
               new.created_at + n * interval '1 millisecond'
        from house
        returning id, key
    )
    insert into public.scenario_steps
        (organization_id, scenario_id, position, delay_days, channel, kind, target_length, objective, prompt, cta)
    select new.id, created.id, step.n, (step.s ->> 0)::int, step.s ->> 1, step.s ->> 2, (step.s ->> 3)::int,
           step.s ->> (4 + at), step.s ->> (4 + at), step.s ->> (6 + at)
    from house
    join created on created.key = house.s ->> 'key'
    cross join lateral jsonb_array_elements(house.s -> 'steps') with ordinality as step (s, n);
    return null;
end
$$;
create trigger seed_scenarios after insert on public.organizations
for each row execute function private.seed_house_scenarios();
