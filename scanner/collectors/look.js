// One look at a frame: what it keeps, and what it shows.
async (keeps, shows, known) => {
  let shown = null;
  try {
    shown = shows();
  } catch {
    // elements of the page can stand for what a document has
  }
  return { kept: await keeps(known), shown };
}
