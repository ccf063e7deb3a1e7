// What a page has stored, by name, and which scripts of others it has run.
async () => {
  const databases = indexedDB.databases ? await indexedDB.databases() : []
  return {
    ran: window.ran || [],
    stored: [
      ...Object.keys(localStorage).map((name) => `local_storage ${name}`),
      ...Object.keys(sessionStorage).map((name) => `session_storage ${name}`),
      ...databases.map(({ name }) => `indexed_db ${name}`),
    ],
  }
}
