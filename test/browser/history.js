// Records a history of the demo leaderboard: runs of lbdiag_record, between
// which the leaderboard grows, gets too large, and is mended. All numbers are
// measured; only the times at which the runs were recorded are moved, to one a
// night. Run by test/browser/dashboard.
"use strict";
const { Client } = require("pg");

const NIGHTS = 24;
// Models that there are at a night, and what the run is labelled with.
const models = (night) => 380 + 9 * night + (night >= 12 ? 170 : 0) - (night >= 19 ? 250 : 0);
const label = (night) => ({ 12: "import of 170 models", 19: "250 models archived" })[night] || "scheduled";

// What an application takes for the page: the payload fetched and sent on.
async function applicationTime(client) {
    const start = performance.now();
    const { rows } = await client.query("SELECT component, content FROM lbdiag_context('vision')");
    JSON.stringify(Object.fromEntries(rows.map((row) => [row.component, row.content])));
    return performance.now() - start;
}

(async () => {
    const client = new Client({ host: process.env.PGHOST, user: "postgres", database: "postgres" });
    await client.connect();
    await client.query("CREATE EXTENSION lbdiag");
    await client.query("SELECT lbdiag_create_demo(models => 800)");
    for (let night = 0; night < NIGHTS; night++) {
        await client.query(`UPDATE lbdiag_demo.models
            SET domain = CASE WHEN model_id <= $1 THEN 'vision' ELSE 'archive' END`, [models(night)]);
        await client.query("SELECT lbdiag_record('vision', label => $1, repetitions => 3, application_ms => $2)",
            [label(night), await applicationTime(client)]);
    }
    await client.query(`UPDATE _lbdiag_run
        SET at = date_trunc('day', now() - interval '3 hours') + interval '3 hours' - make_interval(days => $1 - row)
        FROM (SELECT id, row_number() OVER (ORDER BY id)::integer AS row FROM _lbdiag_run) AS r
        WHERE r.id = _lbdiag_run.id`, [NIGHTS]);
    // A job as lbdiag_schedule makes it, without pg_cron.
    await client.query(`INSERT INTO _lbdiag_scheduled (payload, schedule, job, last_success, last_run, scheduled_at)
        SELECT 'vision', '0 3 * * *', 1, max(at), max(at), min(at) FROM _lbdiag_run`);
    await client.query("CREATE ROLE grafana LOGIN IN ROLE pg_monitor");
    await client.end();
})().catch((error) => { console.error(error); process.exit(1); });
