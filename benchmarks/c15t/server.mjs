// c15t's self-hosted backend, as its own documents set it up, on SQLite or PostgreSQL.
// node server.mjs PORT sqlite FILE | PORT postgresql SOCKET_FOLDER; run where its packages are.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , port, kind, place] = process.argv;
const require = createRequire(`${process.cwd()}/package.json`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);

const { c15tInstance } = await load('@c15t/backend');
const { LatestDB } = await load('@c15t/backend/db/schema');
const { kyselyAdapter } = await load('@c15t/backend/db/adapters/kysely');
const { migrator } = await load('@c15t/backend/db/migrator');
const { Kysely, PostgresDialect, SqliteDialect } = await load('kysely');
const { serve } = await load('@hono/node-server');

async function dialect() {
  if (kind === 'postgresql') {
    const { default: pg } = await load('pg');
    const pool = new pg.Pool({ host: place, user: 'kapsel', database: 'postgres', max: 16 });
    return new PostgresDialect({ pool });
  }
  const { default: Database } = await load('better-sqlite3');
  const database = new Database(place);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL'); // what is acknowledged is on the disk, as with ours
  return new SqliteDialect({ database });
}

const adapter = kyselyAdapter({ db: new Kysely({ dialect: await dialect() }), provider: kind });
const migration = await migrator({ db: LatestDB.client(adapter), schema: 'latest' });
await migration.execute();
const c15t = c15tInstance({
  appName: 'benchmark',
  trustedOrigins: ['https://www.shop.example'],
  adapter,
  logger: { level: 'error' },
});
serve({ fetch: c15t.handler, port: Number(port), hostname: '127.0.0.1' }, () => console.log('ready'));
