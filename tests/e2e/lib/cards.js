// The ten cards and their log, as the page shows them.

/** What every card on the page shows: texts as they are read, and the figures' exact numbers. */
const shown = (cards) => cards.map((card) => {
  const text = (element) => element?.textContent ?? null;
  const all = (inside, selector) => [...inside.querySelectorAll(selector)];
  const cells = (row) => [...row.cells].map(text);
  return {
    title: text(card.querySelector('h3')),
    headline: text(card.querySelector('.headline')),
    paragraph: text(card.querySelector('.meaning')),
    figures: all(card, '[data-test="figure"]').map((cell) => ({
      name: cell.dataset.name,
      way: cell.dataset.way,
      unit: cell.dataset.unit,
      value: Number(cell.dataset.value),
      row: text(cell.closest('tr').querySelector('th')),
      told: text(cell.querySelector('b')),
      within: text(cell.querySelector('small')),
    })),
    plots: all(card, 'figure.plot').map((plot) => ({
      title: text(plot.querySelector('figcaption')),
      columns: all(plot, 'thead th').map(text),
      rows: all(plot, 'tbody tr').map(cells),
    })),
    matrices: all(card, 'figure.matrix').map((matrix) => ({
      title: text(matrix.querySelector('figcaption')),
      way: matrix.querySelector('table').className,
      classes: all(matrix, 'thead th').slice(1).map(text),
      rows: all(matrix, 'tbody tr').map(cells),
    })),
    sources: all(card, '.sources-list li').map(text),
  };
});

/** Opens whatever the cards hold back, and reads all of them. */
export async function shownCards(page) {
  const cards = page.locator('[data-test^="card-"]');
  await cards.locator('details').evaluateAll((folded) => folded.forEach((details) => { details.open = true; }));
  await page.waitForFunction(() => [...document.querySelectorAll('[data-test^="card-"] figure.plot details')]
    .every((details) => details.querySelector('tbody tr')));
  return cards.evaluateAll(shown);
}

/** The rows of the study's log on the page, each a list of texts. */
export async function shownLog(page) {
  const log = page.locator('details', { has: page.locator('summary', { hasText: 'Every trial' }) });
  await log.evaluate((details) => { details.open = true; });
  await log.locator('tbody tr').first().waitFor();
  return log.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
}
