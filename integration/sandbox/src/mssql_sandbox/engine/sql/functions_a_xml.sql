-- The xml type: text becomes the server's serialization of it, or is refused if that is not known.
-- https://learn.microsoft.com/sql/relational-databases/xml/create-instances-of-xml-data

-- The end of the text read so far.
function xml_place(read text) text return
  format('line %s, character %s', 1 + length(read) - length(replace(read, E'\n', '')),
         length(regexp_replace(read, '^.*\n', '')));

-- Character data with entities and character references resolved.
function xml_meaning(written text) text strict as $$
declare
  reference text;
  result text := '';
  named constant jsonb := '{"amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "''"}';
begin
  return written if position('&' in written) = 0;
  if regexp_replace(written, '&(amp|lt|gt|quot|apos|#[0-9]{1,6}|#x[0-9A-Fa-f]{1,5});', '', 'g') ~ '&' then
    perform ms.refuse('XML with an entity that it does not declare itself');
  end if;
  for reference in select m[1] from regexp_matches(written, '&[^;]+;|[^&]+', 'g') t(whole),
      lateral (select whole) as l(m) loop
    result := result || case
      when reference like '&#x%' then chr(('x' || lpad(rtrim(substr(reference, 4), ';'), 8, '0'))::bit(32)::int)
      when reference like '&#%' then chr(rtrim(substr(reference, 3), ';')::int)
      when reference like '&%' then named ->> trim(reference, '&;') else reference end;
  end loop;
  return result;
end
$$;

function xml_written(meaning text) text return
  replace(replace(replace(replace(meaning, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), E'\r', '&#x0D;');

-- A start tag with attributes as the server writes it, without the closing bracket.
function xml_start(tag text) text strict as $$
declare
  attribute text[];
  seen text[] := '{}';
  result text := substring(tag from '^<[^\s/>]+');
begin
  for attribute in select regexp_matches(tag, '\s([^\s=]+)\s*=\s*("[^"]*"|''[^'']*'')', 'g') loop
    refuse 'XML with the attribute ' || attribute[1] || ' where it stands'
      if attribute[1] = any(seen) or attribute[1] = 'xml:space' or attribute[1] ~ '^xmlns(:|$)'
        and exists (select from unnest(seen) s where s !~ '^xmlns(:|$)');
    seen := seen || attribute[1];
    result := result || ' ' || attribute[1] || '="' || replace(replace(replace(ms.xml_written(ms.xml_meaning(
      translate(substr(attribute[2], 2, length(attribute[2]) - 2), E'\t\n', '  '))), '"', '&quot;'),
      E'\n', '&#x0A;'), E'\t', '&#x09;') || '"';
  end loop;
  return result;
end
$$;

-- :param style: that of CONVERT; 1 keeps text of white space alone.
-- :param wide: whether the text is Unicode, which limits the encoding of its XML declaration.
function text_to_xml(written text, style int, wide boolean) text strict as $$
declare
  name constant text := '[A-Za-z_\u00C0-\uFFFD][\w.:\u00C0-\uFFFD-]*';
  rest text := replace(replace(written, E'\r\n', E'\n'), E'\r', E'\n');
  whole constant text := rest;
  declaration constant text := substring(rest from '^<\?xml\s[^?]*\?>');
  part text;
  result text := '';
  held text := '';  -- character data that may continue
  open text[] := '{}';
  read int := 0;
begin
  return ms.refuse('this style of xml') if style not in (0, 1);
  if declaration is not null then
    if lower(substring(declaration from 'encoding\s*=\s*["'']([^"'']*)'))
        !~ (case when wide then '^(utf-16|ucs-2)$' else '^(utf-8|us-ascii|windows-1252|iso-8859-1)$' end) then
      return ms.fail(9402, 'place', ms.xml_place(declaration));
    end if;
    rest := substr(rest, length(declaration) + 1);
    read := length(declaration);
  end if;
  for part in select m[1] from regexp_matches(rest, '<!--(?:[^-]|-[^-])*-->|<!\[CDATA\[(?:[^]]|\](?!\]>))*\]\]>'
      || '|<\?(?:[^?]|\?(?!>))*\?>|</?' || name || '(?:\s+' || name || '\s*=\s*(?:"[^<"]*"|''[^<'']*''))*\s*/?>'
      || '|[^<]+|<', 'g') m loop
    read := read + length(part);
    if left(part, 1) <> '<' or part like '<![CDATA[%' then
      held := held || case when left(part, 1) = '<' then substr(part, 10, length(part) - 12) else ms.xml_meaning(part) end;
      return ms.refuse('XML with ]]> in text, or white space that is written as a reference')
        if part ~ '&#|^<' and held !~ '[^ \t\n]' or part ~ '^[^<].*\]\]>';
      continue;
    end if;
    result := result || case when style = 1 or held ~ '[^ \t\n]' then ms.xml_written(held) else '' end;
    held := '';
    if part like '</%' then
      return ms.fail(9436, 'place', ms.xml_place(left(whole, read)))
        if cardinality(open) = 0 or open[cardinality(open)] <> substring(part from '^</([^\s>]+)');
      result := result || '</' || open[cardinality(open)] || '>';
      open := trim_array(open, 1);
    elsif part ~* '^(<$|<\?xml|<[!?].*<)' then
      return ms.refuse('XML that is not well-formed, has a DTD, or has markup in a comment');
    elsif part ~ '^<[!?]' then
      result := result || part;
    elsif part like '%/>' then
      result := result || ms.xml_start(part) || '/>';
    else
      result := result || ms.xml_start(part) || '>';
      open := open || substring(part from '^<([^\s/>]+)');
    end if;
  end loop;
  return ms.fail(9400, 'place', ms.xml_place(whole)) if cardinality(open) > 0;
  -- An element without content is written as one tag.
  return regexp_replace(result || case when style = 1 or held ~ '[^ \t\n]' then ms.xml_written(held) else '' end,
    '<([^\s/>!?]+)((?: [^<>]*")?)></\1>', '<\1\2/>', 'g');
end
$$;

function xml_to_text(value text, maximum int, wide boolean) text as $$
begin
  return ms.fail(6354) if length(value) > maximum;
  return ms.fail(6355) if not wide and ms.to_code_page(value) <> value;
  return value;
end
$$;
