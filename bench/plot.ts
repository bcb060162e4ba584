/** A line chart as SVG, for a result that is better seen than read. */
import { formatNumber } from './format-number.ts';

export interface Plot {
  /** Part of the file's name. */
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** For sizes that grow tenfold. The y axis always begins at 0 and is linear. */
  readonly xIsLogarithmic: boolean;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

const WIDTH = 760;
const HEIGHT = 420;
const MARGIN = { left: 80, right: 150, top: 40, bottom: 50 };
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const Y_STEPS = 5;

/** The chart as text; legible on light and dark pages. */
export function drawPlot({ title, xLabel, yLabel, xIsLogarithmic, lines }: Plot): string {
  const points = lines.flatMap((line) => line.points);
  const xOf = scaleOf(
    points.map(([x]) => x),
    MARGIN.left,
    WIDTH - MARGIN.right,
    xIsLogarithmic,
  );
  const highest = roundUp(Math.max(...points.map(([, y]) => y), Number.EPSILON));
  const yOf = (y: number): number =>
    HEIGHT - MARGIN.bottom - (y / highest) * (HEIGHT - MARGIN.bottom - MARGIN.top);

  const grid = Array.from({ length: Y_STEPS + 1 }, (_, step) => (highest * step) / Y_STEPS).map(
    (y) =>
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at(yOf(y))}" y2="${at(yOf(y))}" stroke="#ddd"/>` +
      text(MARGIN.left - 8, yOf(y) + 4, formatNumber(y), 'end'),
  );
  const xTicks = (xIsLogarithmic ? [...new Set(points.map(([x]) => x))] : evenly(points.map(([x]) => x))).map(
    (x) => text(xOf(x), HEIGHT - MARGIN.bottom + 18, formatNumber(x), 'middle'),
  );
  const drawn = lines.map((line, index) => {
    const colour = COLOURS[index % COLOURS.length]!;
    const path = line.points.map(([x, y]) => `${at(xOf(x))},${at(yOf(y))}`).join(' ');
    const dots =
      line.points.length > 20
        ? ''
        : line.points
            .map(([x, y]) => `<circle cx="${at(xOf(x))}" cy="${at(yOf(y))}" r="3" fill="${colour}"/>`)
            .join('');
    const legendY = MARGIN.top + 10 + index * 18;
    return (
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}` +
      `<rect x="${WIDTH - MARGIN.right + 12}" y="${legendY - 9}" width="10" height="10" fill="${colour}"/>` +
      text(WIDTH - MARGIN.right + 28, legendY, line.name, 'start')
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<g font-size="15">${text(WIDTH / 2, 22, title, 'middle')}</g>`,
    ...grid,
    ...xTicks,
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 12, xLabel, 'middle'),
    `<g transform="rotate(-90)">${text(-HEIGHT / 2, 18, yLabel, 'middle')}</g>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function scaleOf(
  values: readonly number[],
  from: number,
  to: number,
  isLogarithmic: boolean,
): (value: number) => number {
  const measure = (value: number): number => (isLogarithmic ? Math.log10(Math.max(value, 1)) : value);
  const measured = values.map(measure);
  const lowest = Math.min(...measured);
  const width = Math.max(...measured) - lowest;
  return (value) =>
    width === 0 ? (from + to) / 2 : from + ((measure(value) - lowest) / width) * (to - from);
}

function evenly(values: readonly number[]): number[] {
  const lowest = Math.min(...values);
  const width = Math.max(...values) - lowest;
  return Array.from({ length: Y_STEPS + 1 }, (_, step) => lowest + (width * step) / Y_STEPS);
}

/** The next of 1, 2, 5, 10, 20, … */
function roundUp(value: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(value));
  return magnitude * ([1, 2, 5, 10].find((factor) => factor * magnitude >= value) ?? 10);
}

const at = (value: number): string => value.toFixed(1);

const text = (x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end'): string =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" fill="#222">${escapeText(words)}</text>`;

const escapeText = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
