INSERT INTO answer
SELECT id + :n * (SELECT max(id) FROM answer WHERE revision NOT LIKE '%.%'), randomblob(32), site,
       revision || '.' || :n, language, action, functional, statistics, marketing, services,
       surface, country, layout
FROM answer WHERE revision NOT LIKE '%.%';

INSERT INTO consent
SELECT seq + :n * :rows,
       printf('%08x-%04x', moment >> 16, moment & 65535) || substr(id, 14),
       answer + :n * answers, moment, received_at + :n * span, page, gpc, flags, network, salt
FROM (SELECT consent.*, decided_at + :n * span AS moment, span, answers
      FROM consent,
           (SELECT 86400000 * (1 + (max(decided_at) - min(decided_at)) / 86400000) AS span
            FROM consent WHERE seq < :rows),
           (SELECT max(id) AS answers FROM answer WHERE revision NOT LIKE '%.%')
      WHERE seq < :rows)
ORDER BY seq;

INSERT INTO leaf SELECT position + :n * :rows, hash, core, "inner" FROM leaf
WHERE position < :rows ORDER BY position;

INSERT INTO tally
SELECT day + :n * days, answer + :n * answers, "count"
FROM tally,
     (SELECT 1 + (max(decided_at) - min(decided_at)) / 86400000 AS days
      FROM consent WHERE seq < :rows),
     (SELECT max(id) AS answers FROM answer WHERE revision NOT LIKE '%.%')
WHERE answer <= answers
