// A Markdown table of a job.
import { median } from './measure.mjs';

export function writeTable(job, runs, differing) {
  const figures = new Map([...runs].map(([variant, list]) => [variant, summarise(variant, list)]));
  const baseline = figures.get(job.variants.find(variant => variant.isBaseline));
  const lines = [
    `## ${job.title}`,
    '',
    `| | wall s | CPU s | peak MB |${job.perEvent ? ' CPU µs an event | wall, of the first | CPU an event, of the first |' : ` ${baselineName(job)} takes of it: wall | CPU | memory |`}`,
    `|---|---|---|---|---|---|---|`,
  ];
  for (const [variant, own] of figures) {
    const ratios = job.perEvent
      ? [own.cpuPerEvent.toFixed(3), times(own.wallPerEvent / baseline.wallPerEvent), times(own.cpuPerEvent / baseline.cpuPerEvent)]
      : [times(baseline.wall / own.wall), times(baseline.cpu / own.cpu), times(baseline.peak / own.peak)];
    const name = variant.name.replaceAll('|', '\\|');
    const mark = differing.includes(variant.name) ? ' **other sessions!**' : '';
    lines.push(`| ${name}${mark} | ${own.wall.toFixed(2)} (${own.leastWall.toFixed(2)}) | ${own.cpu.toFixed(2)} (${own.leastCpu.toFixed(2)}) | ${own.peak.toFixed(0)} | ${ratios.join(' | ')} |`);
  }

  return `${lines.join('\n')}\n`;
}

const baselineName = job => job.variants.find(variant => variant.isBaseline).name.split(',')[0].replaceAll('|', '\\|');
const times = ratio => `${ratio.toFixed(2)}x`;

const summarise = (variant, list) => {
  const of = name => list.map(run => run[name]);
  const [wall, cpu] = [median(of('wall')), median(of('cpu'))];
  return {
    wall,
    cpu,
    leastWall: Math.min(...of('wall')),
    leastCpu: Math.min(...of('cpu')),
    peak: Math.max(...of('peak')),
    wallPerEvent: (wall * 1e6) / variant.input.events,
    cpuPerEvent: (cpu * 1e6) / variant.input.events,
  };
};
