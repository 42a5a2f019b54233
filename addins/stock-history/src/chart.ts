// The chart: lightweight-charts in the page's own colours. It needs no inline style element and no request of its own.
import {
  AreaSeries,
  ColorType,
  CrosshairMode,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineStyle,
} from 'lightweight-charts';
import type { Price } from './source.js';
import { price } from './strings.js';

/** Draws one history at a time. */
export class PriceChart {
  readonly #frame: HTMLElement;
  readonly #chart: IChartApi;
  readonly #series: ISeriesApi<'Area'>;

  constructor(frame: HTMLElement) {
    this.#frame = frame;
    this.#chart = createChart(frame, {
      autoSize: true,
      // The library's logo injects a style element, which `default-src 'self'` forbids; the page's footer gives the credit.
      layout: { attributionLogo: false, background: { type: ColorType.Solid, color: 'transparent' } },
      grid: { vertLines: { visible: false } },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.12, bottom: 0.06 } },
      timeScale: { borderVisible: false, fixLeftEdge: true, fixRightEdge: true },
      crosshair: { mode: CrosshairMode.Magnet },
      handleScale: false,
      handleScroll: false,
    });
    this.#series = this.#chart.addSeries(AreaSeries, {
      lineWidth: 2,
      priceLineVisible: false,
      lastValueVisible: true,
      crosshairMarkerRadius: 4,
    });
  }

  /** Draws the prices over the whole width. */
  draw(prices: readonly Price[]): void {
    this.#series.setData(prices.map(({ day, value }) => ({ time: day, value })));
    this.#chart.timeScale().fitContent();
  }

  /** Takes language and the colours that the style sheet gives at the moment. */
  dress(locale: string): void {
    const colours = this.#colours();
    const style = getComputedStyle(this.#frame);
    this.#chart.applyOptions({
      layout: { textColor: colours.quiet, fontFamily: style.fontFamily, fontSize: 11 },
      grid: { horzLines: { color: colours.line } },
      crosshair: {
        vertLine: { color: colours.quiet, style: LineStyle.Dotted, labelBackgroundColor: colours.label },
        horzLine: { color: colours.quiet, style: LineStyle.Dotted, labelBackgroundColor: colours.label },
      },
      localization: { locale, priceFormatter: (value: number) => price(value, locale) },
    });
    this.#series.applyOptions({
      lineColor: colours.accent,
      topColor: colours.washTop,
      bottomColor: colours.washBottom,
      crosshairMarkerBorderColor: colours.surface,
      crosshairMarkerBackgroundColor: colours.accent,
    });
  }

  #colours() {
    const read = (token: string): string => resolved(this.#frame, token);
    return {
      accent: read('--chart-line'),
      washTop: read('--chart-wash-top'),
      washBottom: read('--chart-wash-bottom'),
      line: read('--chart-grid'),
      quiet: read('--text-quiet'),
      surface: read('--surface-1'),
      label: read('--chart-label'),
    };
  }
}

/** The library reads only sRGB; the tokens are OKLCH and depend on the theme, so a canvas pixel translates. */
function resolved(element: HTMLElement, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (canvas === null) {
    return colour;
  }
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${alpha / 255})`;
}
