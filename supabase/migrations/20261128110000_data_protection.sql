-- data_protection: a person is looked for in every text of an organization, and most texts are passed over by their letters.

-- A pattern is four lines: plain words in lower case, of which a text about the person holds one, with tabs between; a
-- pattern for what has no such word; one for all of it without boundaries; the one that counts. Each is some ten times as
-- slow as the one before.
create or replace function private.mentions(content text, pattern text) returns boolean
language plpgsql immutable parallel safe set search_path = '' as $$
declare
    lines text[] := string_to_array(pattern, e'\n');
    letters text := lower(content collate "C");
    word text;
    may boolean := false;
begin
    if pattern = '' or content is null then
        return false;
    end if;
    foreach word in array string_to_array(lines[1], e'\t') loop
        may := strpos(letters, word) > 0;
        exit when may;
    end loop;
    if not may then
        may := lines[2] <> '' and content operator(pg_catalog.~*) lines[2];
    end if;
    return may and content operator(pg_catalog.~*) lines[3] and content operator(pg_catalog.~*) lines[4];
end
$$;

create or replace function private.without(content text, pattern text) returns text
language sql immutable parallel safe set search_path = '' as $$
    select regexp_replace(content, split_part(pattern, e'\n', 4), '[erased]', 'gi')
$$;
