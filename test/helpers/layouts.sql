-- The leaderboards of the page's data have the layout "documented", and
-- "february" is that of 2026-02 with all that is built sent, as JSON.
INSERT INTO lbdiag_leaderboard (domain, layout)
VALUES ('vision', 'documented'), ('language', 'documented');
INSERT INTO lbdiag_layout
SELECT (jsonb_populate_record(l, '{"name": "february", "built_in": false, "js_string": [], "unsent": [], "told_by": null}')).*
FROM lbdiag_layout AS l WHERE l.name = 'brainscore_2026_02';
