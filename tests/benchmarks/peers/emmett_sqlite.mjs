// Emmett on SQLite, with one connection that is kept: faster than its default of one for each call.
import * as driver from './driver.mjs';

const HOW = 'one connection';
const lib = await driver.imported('@event-driven-io/emmett-sqlite');
const fileName = driver.scratch('events.db');
const store = lib.getSQLiteEventStore({
  fileName,
  connectionOptions: { singleton: true, connection: lib.sqliteConnection({ fileName }) },
});
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
const reader = lib.sqliteConnection({ fileName });
driver.check((await reader.query('SELECT count(*) AS n FROM emt_messages'))[0].n === total, 'count');
driver.say('W1 per stream', HOW, total, appending);

const fold = new driver.Fold();
const folding = await driver.timed(async () => {
  let after = 0n;
  for (let more = true; more;) {
    const page = await lib.readMessagesBatch(reader, { after, batchSize: driver.PAGE });
    for (const { type, data } of page.messages) fold.apply(type, data);
    after = page.currentGlobalPosition;
    more = page.areEventsLeft;
  }
});
driver.check(fold.digest() === driver.expected().digest, 'fold');
driver.say('W2', 'pages', total, folding);

for (const table of driver.TABLES) await reader.command(table);
const consumer = store.consumer({ pulling: { batchSize: driver.PAGE, pullingFrequencyInMs: 0 } });
const projecting = await driver.timed(async () => {
  let seen = 0;
  const done = new Promise((resolve) => {
    consumer.processor({
      processorId: 'shown',
      projection: lib.sqliteRawSQLProjection({
        canHandle: driver.KINDS, evolve: ({ type, data }) => driver.statement(type, data),
      }),
      startFrom: 'BEGINNING',
      stopAfter: () => {
        seen += 1;
        if (seen === total) resolve();
        return seen === total;
      },
    });
  });
  const running = consumer.start();
  await done;
  await running;
});
await consumer.close();
driver.check(driver.rowsDigest(await reader.query(driver.TABLE_ROWS)) === driver.expected().digest, 'projection');
driver.say('W3', 'projection', total, projecting);

const events = batches.flat();
await driver.saySingles(HOW, (number) => append(
  `single-${number % driver.SINGLE_STREAMS}`, [events[number]], Math.floor(number / driver.SINGLE_STREAMS),
));
process.exit(0);
