// Draws the charts of a page. The options come as JSON beside the place (`<div data-chart>` + `<script type="application/json">`),
// in words of our own, so that no template writes chart options; colours are the page's tokens.
import { BarChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

for (const place of document.querySelectorAll('[data-chart]')) {
  const data = { ...JSON.parse(place.nextElementSibling.textContent), names: { ...place.dataset } };
  const chart = init(place, null, { renderer: 'svg' });
  chart.setOption(data.kind === 'stack' ? stack(data) : trend(data));
  new ResizeObserver(() => chart.resize()).observe(place);
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function base(data) {
  return {
    animation: false,
    aria: { enabled: true, label: { description: data.label } },
    textStyle: { fontFamily: token('--sans'), fontSize: 12, color: token('--ink-500') },
    tooltip: { trigger: 'axis' },
  };
}

/** A value over the year: this year's line, last year's in grey, the target dashed. */
function trend(data) {
  const line = (name, values, color, style, extra) => ({
    name, type: 'line', data: values, symbol: 'none', connectNulls: true,
    lineStyle: { color: token(color), width: 2, type: style }, itemStyle: { color: token(color) }, ...extra,
  });
  const numbers = (texts) => texts.map((text) => (text === null ? null : Number(text)));
  const series = [];
  if (data.before) series.push(line(data.names.before, numbers(data.before), '--ink-300', 'solid'));
  if (data.goal) {
    series.push(line(data.names.goal, data.labels.map(() => Number(data.goal)), '--ink-700', 'dashed', {
      endLabel: { show: true, formatter: `${data.names.goal} ${data.goal}${data.unit}`, color: token('--ink-700') },
    }));
  }
  series.push(line(data.names.value, numbers(data.value), '--blue-600', 'solid', {
    symbol: 'circle', symbolSize: 6, z: 3, areaStyle: { color: token('--blue-50'), opacity: 0.6 },
  }));
  return {
    ...base(data),
    grid: { left: 52, right: data.goal ? 92 : 24, top: 48, bottom: 32 },
    legend: { top: 10, left: 10, itemWidth: 18, textStyle: { color: token('--ink-700') } },
    xAxis: {
      type: 'category', boundaryGap: false, data: data.labels, axisTick: { show: false },
      axisLine: { lineStyle: { color: token('--ink-300') } }, axisLabel: { color: token('--ink-500') },
    },
    yAxis: {
      type: 'value', min: 0, max: data.max ?? undefined, axisLabel: { formatter: `{value}${data.unit}`, color: token('--ink-500') },
      splitLine: { lineStyle: { color: token('--ink-150') } },
    },
    series,
  };
}

/** How many targets stand where, month by month. */
function stack(data) {
  const colors = { done: '--ok-500', ok: '--blue-500', slow: '--slow-500', late: '--late-500', wait: '--ink-200' };
  const ink = { slow: '#2b1d00', wait: token('--ink-700') };
  return {
    ...base(data),
    grid: { left: 12, right: 12, top: 40, bottom: 24 },
    legend: { top: 0, left: 4, itemWidth: 10, itemHeight: 10, icon: 'rect', textStyle: { color: token('--ink-700') } },
    xAxis: {
      type: 'category', data: data.labels, axisTick: { show: false },
      axisLine: { lineStyle: { color: token('--ink-200') } }, axisLabel: { color: token('--ink-500') },
    },
    yAxis: { type: 'value', show: false },
    series: data.series.map(({ light, name, values }) => ({
      name, type: 'bar', stack: 'all', data: values, barMaxWidth: 24, itemStyle: { color: token(colors[light]) },
      label: { show: true, color: ink[light] ?? '#fff', fontSize: 11, formatter: ({ value }) => value || '' },
    })),
  };
}
