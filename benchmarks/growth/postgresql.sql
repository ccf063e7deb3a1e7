INSERT INTO answer
SELECT id + :n * (SELECT max(id) FROM answer WHERE revision NOT LIKE '%%.%%'),
       sha256(digest || convert_to(':n', 'UTF8')), site, revision || '.' || :n, language, action,
       functional, statistics, marketing, services, surface, country, layout
FROM answer WHERE revision NOT LIKE '%%.%%';

SELECT setval(pg_get_serial_sequence('answer', 'id'), (SELECT max(id) FROM answer));

INSERT INTO consent (seq, id, answer, decided_at, received_at, page, gpc, flags, network, salt)
SELECT seq + :n * :rows,
       lpad(to_hex(moment >> 16), 8, '0') || '-' || lpad(to_hex(moment & 65535), 4, '0')
           || substr(id, 14),
       answer + :n * answers, moment, received_at + :n * span, page, gpc, flags, network, salt
FROM (SELECT consent.*, decided_at + :n * span AS moment, span, answers
      FROM consent,
           (SELECT 86400000 * (1 + (max(decided_at) - min(decided_at)) / 86400000) AS span
            FROM consent WHERE seq < :rows) AS spans,
           (SELECT max(id) AS answers FROM answer WHERE revision NOT LIKE '%%.%%') AS many
      WHERE seq < :rows) AS shifted
ORDER BY seq;

INSERT INTO leaf (position, hash, core, "inner")
SELECT position + :n * :rows, hash, core, "inner" FROM leaf
WHERE position < :rows ORDER BY position;

INSERT INTO tally (day, answer, "count")
SELECT day + :n * days, answer + :n * answers, "count"
FROM tally,
     (SELECT 1 + (max(decided_at) - min(decided_at)) / 86400000 AS days
      FROM consent WHERE seq < :rows) AS spans,
     (SELECT max(id) AS answers FROM answer WHERE revision NOT LIKE '%%.%%') AS many
WHERE answer <= answers
