/** One bar, with the spread of its runs. */
interface Bar {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly greatest: number;
}

/** A chart of horizontal bars. */
export interface BarChart {
  readonly title: string;
  /** Small, below the title: what the bars mean. */
  readonly subtitle: string;
  /** Small, at the end: where the figures are from. */
  readonly note: string;
  readonly bars: readonly Bar[];
  /** After each value. */
  readonly unit: string;
  /** A value to compare with. */
  readonly line: number;
}

const width = 760;
const labelWidth = 250;
const valueWidth = 70;
const rowHeight = 34;
const top = 64;
const plotWidth = width - labelWidth - valueWidth;

/** Draws a chart as SVG, legible on light and on dark pages. */
export function barChart({ title, subtitle, note, bars, unit, line }: BarChart): string {
  const most = Math.max(line, ...bars.map(({ greatest }) => greatest)) * 1.05;
  const x = (value: number): number => Math.round(labelWidth + (value / most) * plotWidth);
  const bottom = top + bars.length * rowHeight;
  const rows = bars.map(({ label, value, least, greatest }, index) => {
    const y = top + index * rowHeight;
    const middle = y + rowHeight / 2;
    return [
      `<text x="${labelWidth - 10}" y="${middle + 5}" text-anchor="end">${escape(label)}</text>`,
      `<rect class="bar" x="${labelWidth}" y="${y + 6}" width="${x(value) - labelWidth}" height="${rowHeight - 12}" rx="2"/>`,
      `<path class="spread" d="M${x(least)} ${middle}H${x(greatest)}M${x(least)} ${middle - 5}v10M${x(greatest)} ${middle - 5}v10"/>`,
      `<text x="${Math.max(x(greatest), x(line)) + 8}" y="${middle + 5}">${format(value)} ${unit}</text>`,
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 34}" role="img" aria-label="${escape(title)}">
<style>
  text { font: 14px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .small { font-size: 12px; fill: #59636e }
  .bar { fill: #3b7ddd }
  .spread { stroke: #1f2328; fill: none }
  .line { stroke: #d1242f; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .small { fill: #9198a1 } .spread { stroke: #f0f6fc }
  }
</style>
<text class="title" x="10" y="24">${escape(title)}</text>
<text class="small" x="10" y="44">${escape(subtitle)}</text>
<path class="line" d="M${x(line)} ${top - 4}V${bottom}"/>
${rows.join('\n')}
<text class="small" x="10" y="${bottom + 22}">${escape(note)}</text>
</svg>
`;
}

function format(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
