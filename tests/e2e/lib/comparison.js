// The ten cards of the page beside those in a report of the command line.

const NUMBER = /[+−-]?\d+(?:\u00a0\d{3})*(?:\.\d+)?(?:e[−-]?\d+)?/g;
const SCALES = { '%': 0.01, points: 0.01, min: 60, kFLOP: 1e3, MFLOP: 1e6, GFLOP: 1e9, TFLOP: 1e12, MB: 1e6, GB: 1e9 };

/** A number as it was written: what it says, and half of the last digit that it was rounded to. */
function written(text, unit) {
  const bare = text.replaceAll('−', '-').replaceAll('\u00a0', '');
  const [digits, exponent = '0'] = bare.split('e');
  const last = 10 ** (Number(exponent) - (digits.split('.')[1]?.length ?? 0));
  const scale = SCALES[unit] ?? 1;
  return { value: Number(bare) * scale, half: last / 2 * scale };
}

/** The numbers of a table's cell or a figure, all of one unit, which the last of them has behind it. */
function numbersIn(text) {
  const unit = text.match(/[\s\u00a0]([^\d\s()]+)\)?$/)?.[1];
  return (text.match(NUMBER) ?? []).map((number) => written(number, unit));
}

/** A sentence without its numbers, and its numbers with their units, of a range the unit at its end. */
function sentence(text) {
  const numbers = [...text.matchAll(NUMBER)].map(({ 0: number, index }) => {
    const [, unit] = text.slice(index + number.length).match(/^(?: to [+−\d.]+)? (%|points|times)/) ?? [];
    return { ...written(number, unit), unit, number };
  });
  return { words: text.replace(NUMBER, '#'), numbers };
}

/** A trial of a report, in the words of the page. */
function trialInWords({ trial, training_pictures: pictures }, folds) {
  const { strategy: { start, cut, head_epochs: headEpochs }, repetition, pictures_a_class: size } = trial;
  const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const atOnce = headEpochs === 0 ? ', at once' : '';
  let how = 'new head';
  if (start === 'Scratch') how = 'from scratch';
  else if (cut === 'Everything') how = `everything${atOnce}`;
  else if (cut !== 'HeadOnly') how = `last ${counted(cut.LastBlocks, 'block')}${atOnce}`;
  const fold = folds > 1 ? `, fold ${repetition.fold + 1}` : '';
  return `${how}, ${size === null ? counted(pictures, 'picture') : `${size} a class`}, seed ${repetition.seed}${fold}`;
}

const WAYS = { Transfer: 'cold', FineTuning: 'warm' };
const wayOf = ({ way }) => WAYS[way] ?? 'both';
const isTimed = (name, unit) => unit === 'Seconds' || name.startsWith('Seconds');
/** What a clock has told in a sentence. */
const untimed = (text) => text.replace(/[\d.]+ times as long/, 'some times as long').replace(/ Seconds grow less than operations[^.]*\./, '');
const OVER_TIME = 'Best validation accuracy so far';

/**
 * Compares what the page shows with a report, and returns every disagreement as a sentence.
 * `tested` answers to test pictures stand behind an accuracy of the study, `drawn` behind one of a
 * drawn task: such a share may be off by one picture, any other number by two per cent. Besides, a
 * number that was read from the page may be off by half of its last digit.
 */
export class Comparison {
  constructor(report, { tested, drawn }) {
    this.report = report;
    this.tested = tested;
    this.drawn = drawn;
    this.disagreements = [];
    const sum = (card, count) => {
      const rows = this.report.cards[card - 1].finding.Ok.sources.map((source) => this.report.trials[source]);
      return rows.filter(({ trial }) => trial.strategy.cut === 'HeadOnly').reduce((all, row) => all + count(row.examination), 0);
    };
    this.changed = sum(8, ({ corrupted }) => corrupted.reduce((all, { hits }) => all + hits.count, 0));
    this.agreed = sum(10, ({ agreement }) => agreement.count);
  }

  /** Answers behind a number that is a share of answers or a difference of two; none for others. */
  answers(place, name, category, categories = 1) {
    const { tested, changed } = this;
    switch (`${place}`) {
      case '2': return tested;
      case '3': return name.startsWith('Test accuracy') ? tested : null;
      case '5': return name === OVER_TIME ? this.validated : null;
      case '6':
        if (name.startsWith('Gained by fine-tuning')) return category === 'yours' ? tested : this.drawn;
        return name === 'Fine-tuning ahead' || ['new head', 'fine-tuned'].includes(category) ? tested : null;
      case '7': return name === 'Rightly named, by class' ? tested / categories : tested;
      case '8':
        if (name.startsWith('Changed pictures') || name.endsWith(', changed')) return changed;
        if (name.startsWith('Accuracy by') && !['none', '0'].includes(category)) return changed / (categories - 1);
        return tested;
      case '9': return name.startsWith('Gained') ? tested : null;
      case '10': return name === 'Old answers kept' ? this.agreed : null;
      default: return null;
    }
  }

  same(where, page, report) {
    if (JSON.stringify(page) !== JSON.stringify(report)) {
      this.disagreements.push(`${where}: ${JSON.stringify(page)}, ${JSON.stringify(report)} on the command line`);
    }
  }

  near(where, page, report, answers, rounding = 0) {
    const allowed = answers === null ? 0.02 * Math.abs(report) : 1 / answers;
    if (!(Math.abs(page - report) <= allowed + rounding + 1e-9)) {
      this.disagreements.push(`${where}: ${page}, ${report} on the command line, which is more than ${allowed + rounding} off`);
    }
  }

  sentences(where, page, report, answers) {
    const [ours, theirs] = [page, report].map((text) => sentence(untimed(text)));
    this.same(`${where}, words`, ours.words, theirs.words);
    if (ours.words !== theirs.words) return;
    ours.numbers.forEach(({ value, half, unit, number }, index) => {
      const other = theirs.numbers[index];
      const isCount = unit === undefined && /^\d+$/.test(number);
      if (isCount) this.same(`${where}, number ${index + 1}`, number, other.number);
      else this.near(`${where}, number ${index + 1}`, value, other.value, unit === undefined || unit === 'times' ? null : answers, half + other.half);
    });
  }

  figures(place, page, report) {
    // Numbers of both ways stand side by side, in the order of their names; those about neither follow.
    const names = [...new Set(report.filter(({ way }) => way !== null).map(({ name }) => name))];
    const inOrder = [
      ...names.flatMap((name) => ['Transfer', 'FineTuning'].flatMap((way) => report.filter((figure) => figure.name === name && figure.way === way))),
      ...report.filter(({ way }) => way === null),
    ];
    const keys = (figures, way) => figures.map((figure) => [figure.name, way(figure), figure.unit]);
    this.same(`card ${place}, figures`, keys(page, ({ way }) => way), keys(inOrder, wayOf));
    page.forEach((figure, index) => {
      const { name, unit, value, told, within } = figure;
      const where = `card ${place}, ${name}, ${figure.way}`;
      const expected = inOrder[index];
      if (expected === undefined) return;
      this.same(`${where}, row`, figure.row, name);
      const [{ value: read, half }] = numbersIn(told);
      if (Math.abs(read - value) > half * (1 + 1e-6)) this.disagreements.push(`${where}: ${told} is shown for ${value}`);
      if (isTimed(name, unit)) {
        if (!(value >= 0 && expected.value >= 0)) this.disagreements.push(`${where}: ${value}, ${expected.value} on the command line`);
        return;
      }
      const answers = this.answers(place, name);
      this.near(where, value, expected.value, answers);
      this.bounds(where, within, expected.interval, answers);
    });
  }

  bounds(where, told, interval, answers) {
    const numbers = told === null ? [] : numbersIn(told);
    this.same(`${where}, numbers of its interval`, numbers.length, interval ? 2 : 0);
    if (!interval || numbers.length !== 2) return;
    this.near(`${where}, lower bound`, numbers[0].value, interval.low, answers, numbers[0].half);
    this.near(`${where}, upper bound`, numbers[1].value, interval.high, answers, numbers[1].half);
  }

  plot(place, page, report) {
    const where = `card ${place}, ${report.title}`;
    const isOverTime = report.title === OVER_TIME;
    this.same(`${where}, title`, page.title, report.title);
    this.same(`${where}, columns`, page.columns, [report.axis, ...report.series.map(({ name }) => name)]);
    const heads = page.rows.map(([head]) => head);
    this.same(`${where}, rows`, isOverTime ? heads.length : heads, isOverTime ? report.categories.length : report.categories);
    report.categories.forEach((category, row) => report.series.forEach((series, column) => {
      // What was reached after so many seconds is the clock's, but for what was reached in the end.
      if (isOverTime && row + 1 < report.categories.length) return;
      const cell = page.rows[row]?.[column + 1] ?? '';
      const here = `${where}, ${category}, ${series.name}`;
      const value = series.values[row];
      if (value === null) {
        this.same(here, cell, '–');
        return;
      }
      const name = series.name.startsWith('Gained by fine-tuning') ? series.name : report.title;
      const answers = this.answers(place, name, category, report.categories.length);
      const [told, within] = cell.split(' (');
      const [number] = numbersIn(told);
      if (number === undefined) this.same(here, cell, value);
      else this.near(here, number.value, value, answers, number.half);
      this.bounds(here, within ?? null, series.intervals[row], answers);
    }));
  }

  matrix(place, page, report) {
    const where = `card ${place}, ${report.title}`;
    this.same(`${where}, title`, page.title, report.title);
    this.same(`${where}, way`, page.way, wayOf(report));
    this.same(`${where}, classes`, [page.classes, page.rows.map(([head]) => head)], [report.classes, report.classes]);
    const counts = page.rows.flatMap(([, ...cells]) => cells.map((cell) => Number(cell.replace('−', '-'))));
    this.same(`${where}, cells`, counts.length, report.counts.length);
    // One picture that is answered otherwise is one less in a cell and one more in another.
    const moved = report.counts.reduce((all, count, index) => all + Math.abs(count - counts[index]), 0);
    if (!(moved <= 2)) this.disagreements.push(`${where}: ${counts}, ${report.counts} on the command line`);
  }

  /** A source is told by its place in the page's log, which follows who was ready first. */
  sources(place, page, report, log) {
    const where = `card ${place}, sources`;
    const places = page.map((source) => Number.parseInt(source, 10));
    this.same(`${where}, order`, places, [...places].sort((a, b) => a - b));
    this.same(`${where}, rows of the log`, page, places.map((number) => log[number - 1]?.[0]));
    const words = page.map((source) => source.replace(/^\d+: /, ''));
    this.same(where, words.sort(), report.map((source) => trialInWords(this.report.trials[source], this.report.folds)).sort());
  }

  card(place, page, title, log) {
    const finding = this.report.cards[place - 1].finding.Ok;
    this.same(`card ${place}, title`, page.title, `${place}${title}`);
    if (place === 5) this.validated = this.report.trials[finding.sources[0]].result.validation.count;
    const answers = [2, 3, 6, 7, 8, 9].includes(place) ? this.tested : null;
    this.sentences(`card ${place}, headline`, page.headline, finding.headline, answers);
    this.sentences(`card ${place}, paragraph`, page.paragraph, finding.paragraph, answers);
    this.figures(place, page.figures, finding.figures);
    this.same(`card ${place}, plots`, page.plots.length, finding.plots.length);
    finding.plots.forEach((plot, index) => page.plots[index] && this.plot(place, page.plots[index], plot));
    this.same(`card ${place}, matrices`, page.matrices.length, finding.matrices.length);
    finding.matrices.forEach((matrix, index) => page.matrices[index] && this.matrix(place, page.matrices[index], matrix));
    this.sources(place, page.sources, finding.sources, log);
  }

  /** Every trial of the page's log beside the same one of the report. */
  log(rows) {
    const told = new Map(this.report.trials.map((row) => [trialInWords(row, this.report.folds), row]));
    const words = rows.map(([head]) => head.replace(/^\d+: /, ''));
    this.same('log, trials', [...words].sort(), [...told.keys()].sort());
    this.same('log, places', rows.map(([head]) => Number.parseInt(head, 10)), rows.map((_, index) => index + 1));
    rows.forEach(([, share, rightOf, epochOf, , operations], index) => {
      const where = `log, ${words[index]}`;
      const expected = told.get(words[index]);
      if (expected === undefined) return;
      const { best_epoch: best, test } = expected.result;
      const [right, of] = rightOf.split(' of ').map(Number);
      this.same(`${where}, tested`, of, test.count);
      this.near(`${where}, right`, right / of, test.correct / test.count, of);
      this.near(`${where}, share`, numbersIn(share)[0].value, right / of, Infinity, numbersIn(share)[0].half);
      this.same(`${where}, epochs`, epochOf, `${best} of ${expected.epochs.length}`);
      const giga = numbersIn(operations)[0];
      this.near(`${where}, operations`, giga.value, expected.operations / 1e9, null, giga.half);
    });
  }
}
