// Emmett on PostgreSQL, over the private socket; its consumers with pages as large and as quick as the others' are.
import * as driver from './driver.mjs';

const HOW = 'event store';
const lib = await driver.imported('@event-driven-io/emmett-postgresql');
const { dumbo, rawSql } = await driver.imported('@event-driven-io/dumbo');
const pg = driver.required('pg');

const name = `emmett_${process.pid}`;
const maker = new pg.Client(driver.database);
await maker.connect();
await maker.query(`CREATE DATABASE ${name}`);
await maker.end();
const connectionString = driver.database.replace(/@\/[^?]*/, `@/${name}`);

const store = lib.getPostgreSQLEventStore(connectionString);
await store.schema.migrate();
const batches = driver.batches();
const total = batches.reduce((sum, batch) => sum + batch.length, 0);
const append = (stream, events, before) => store.appendToStream(
  stream,
  events.map(({ type, data }) => ({ type, data })),
  { expectedStreamVersion: before === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(before) },
);

const appending = await driver.timed(async () => {
  for (const batch of batches) await append(batch[0].stream, batch, batch[0].version - 1);
});
const reader = new pg.Client(connectionString);
await reader.connect();
driver.check(Number((await reader.query('SELECT count(*) AS n FROM emt_messages')).rows[0].n) === total, 'count');
driver.say('W1 per stream', HOW, total, appending);

await reader.query('VACUUM ANALYZE emt_messages');
const pool = dumbo({ connectionString });
const fold = new driver.Fold();
const folding = await driver.timed(async () => {
  let after = 0n;
  for (let more = true; more;) {
    const page = await lib.readMessagesBatch(pool.execute, { after, batchSize: driver.PAGE });
    for (const { type, data } of page.messages) fold.apply(type, data);
    after = page.currentGlobalPosition;
    more = page.areMessagesLeft;
  }
});
driver.check(fold.digest() === driver.expected().digest, 'fold');
driver.say('W2', 'pages', total, folding);

for (const table of driver.TABLES) await reader.query(table);
const rebuild = lib.rebuildPostgreSQLProjections({
  connectionString,
  pulling: { batchSize: driver.PAGE, pullingFrequencyInMs: 0 },
  projections: [lib.postgreSQLRawSQLProjection({
    name: 'shown', canHandle: driver.KINDS, evolve: ({ type, data }) => rawSql(driver.statement(type, data)),
  })],
});
const projecting = await driver.timed(() => rebuild.start());
await rebuild.close();
driver.check(driver.rowsDigest((await reader.query(driver.TABLE_ROWS)).rows) === driver.expected().digest, 'projection');
driver.say('W3', 'rebuild', total, projecting);

const events = batches.flat();
await driver.saySingles(HOW, (number) => append(
  `single-${number % driver.SINGLE_STREAMS}`, [events[number]], Math.floor(number / driver.SINGLE_STREAMS),
));
await store.close();
await pool.close();
await reader.end();
process.exit(0);
