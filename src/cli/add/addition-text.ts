import { curlOf } from '../../graphql/example-curl.ts';
import { formatFileSize } from '../file-size.ts';
import { printable } from '../printable.ts';
import { formatShape } from '../../tensors/shape.ts';
import type { Addition } from './addition.ts';
import type { Optimisation } from './optimisation.ts';

/** What was added, for people: what it is, what clients see, a call to try, and what to do next. */
export function printAddition(addition: Addition): string {
  const { model, version, path, dryRun, manifest, notes, sdl, breaks } = addition;
  const title = dryRun
    ? `${model}, version ${version}, can be served. This is a dry run: nothing was written.`
    : `${model}, version ${version}, is in place: ${path}`;
  const sections: readonly (readonly [title: string, text: string])[] = [
    ['What it is', whatItIs(addition)],
    [`The manifest, ${dryRun ? 'which would be' : 'newly'} written to ${manifest.path ?? ''}`, manifest.proposed ?? ''],
    ['Made for this runtime', addition.optimisation === null ? '' : optimisationWords(addition.optimisation)],
    ['Notes', notes.join('\n')],
    ['What clients see', sdl],
    [
      'Try it',
      curlOf(addition.url, addition.example) ?? 'An input is too large to be shown, or nobody can make one up.',
    ],
    [standingTitle(addition), breaks.join('\n')],
    ['Next', nextSteps(addition).join('\n')],
  ];
  const shown = sections.filter(([, text]) => text !== '');
  return printable(`${[title, ...shown.map(([name, text]) => `${name}\n${indent(text.trimEnd())}`)].join('\n\n')}\n`);
}

function whatItIs({ file, signature, task, goldenExamples, files }: Addition): string {
  const producer = [file.producerName, file.producerVersion].filter(Boolean).join(' ');
  const ports = (all: Addition['signature']['inputs']) =>
    all.map(({ name, datatype, shape }) => `${name} ${datatype} ${formatShape(shape)}`).join(', ');
  return [
    `${file.format}${producer === '' ? '' : ` by ${producer}`}: ${ports(signature.inputs)} → ${ports(signature.outputs)}`,
    `task ${task}, ${goldenExamples === 0 ? 'no golden examples' : `golden examples that agree: ${goldenExamples}`}`,
    `files ${files.join(', ')}`,
  ].join('\n');
}

function optimisationWords({ level, sizeBytes, nodes, loadMs, computeMs, rowsCompared }: Optimisation): string {
  const ms = (value: number) => `${Number(value.toPrecision(2))} ms`;
  return [
    `level ${level}, which holds on every machine; the server does what depends on its CPU when it loads the model`,
    `size ${formatFileSize(sizeBytes.before)} → ${formatFileSize(sizeBytes.after)}, nodes ${nodes.before} → ${nodes.after}`,
    `loading ${ms(loadMs.before)} → ${ms(loadMs.after)}, one row ${ms(computeMs.before)} → ${ms(computeMs.after)}`,
    `rows that give the same as before: ${rowsCompared}`,
  ].join('\n');
}

function standingTitle({ served, comparedWith }: Addition): string {
  return served === 'held'
    ? `WARNING: it will be HELD, since it would break clients of version ${comparedWith}, which serves on`
    : `It takes the place of version ${comparedWith}, whose clients it breaks; the manifest accepts that`;
}

function nextSteps({ model, version, served, dryRun, goldenExamples, manifest }: Addition): readonly string[] {
  const steps: string[] = [];
  if (dryRun) steps.push('Run it again without --dry-run.');
  else if (manifest.proposed !== null)
    steps.push('Complete the manifest: units, ranges and descriptions are what clients read.');
  if (served === 'held') {
    steps.push(
      `To let it serve, say versions: { acceptBreaking: [${version}] } in ${model}/model.yaml, or ask for acceptVersion(model: "${model}", version: ${version}).`,
    );
  } else if (served === 'no') {
    steps.push(`It does not serve: versions.serve in ${model}/model.yaml chooses others, and no label names it.`);
  } else if (served === 'by-name') {
    steps.push(`Requests get it by name, version: "${version}"; those that name none get another version.`);
  }
  if (goldenExamples === 0) {
    steps.push('It has no golden examples. Give inputs with --examples, so that each start proves what it answers.');
  }
  if (!dryRun) steps.push('A server that watches the folder takes it by itself; npm start begins one.');
  return steps;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}
